// What the fields of Block Kit hold: where they begin, when they are empty, what is wrong with them.

import { t } from "./strings.js";

const STARTS = {
  plain_text_input: (e) => e.initial_value ?? "",
  email_text_input: (e) => e.initial_value ?? "",
  url_text_input: (e) => e.initial_value ?? "",
  number_input: (e) => e.initial_value ?? "",
  rich_text_input: (e) => e.initial_value ?? null,
  static_select: (e) => e.initial_option ?? null,
  external_select: (e) => e.initial_option ?? null,
  users_select: (e) => e.initial_user ?? null,
  conversations_select: (e) => e.initial_conversation ?? null,
  channels_select: (e) => e.initial_channel ?? null,
  multi_static_select: (e) => e.initial_options ?? [],
  multi_external_select: (e) => e.initial_options ?? [],
  multi_users_select: (e) => e.initial_users ?? [],
  multi_conversations_select: (e) => e.initial_conversations ?? [],
  multi_channels_select: (e) => e.initial_channels ?? [],
  checkboxes: (e) => (e.initial_options ?? []).map((option) => option.value),
  radio_buttons: (e) => e.initial_option?.value ?? null,
  file_input: () => [],
  datepicker: (e) => e.initial_date ?? null,
  timepicker: (e) => e.initial_time ?? null,
  datetimepicker: (e) => e.initial_date_time ?? null,
};

export function isInput(element) {
  return element.type in STARTS;
}

export function initialValue(element) {
  return STARTS[element.type]?.(element) ?? null;
}

/** Whether the app still offers what was chosen: a new list may have lost it. */
export function stillOffered(element, value) {
  if (!/^(multi_)?static_select$|^checkboxes$|^radio_buttons$/.test(element.type)) return true;
  const options = [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
  const offered = new Set(options.map((option) => option.value));
  return [value].flat().every((one) => one === null || offered.has(one?.value ?? one));
}

/** What a field holds according to the server's `state.values`, in this page's terms. */
export function storedValue(element, stored) {
  const [, slot] = Object.entries(stored).find(([name]) => name !== "type") ?? [];
  if (element.type === "checkboxes") return (slot ?? []).map((option) => option.value);
  if (element.type === "radio_buttons") return slot?.value ?? null;
  if (slot === undefined || slot === null) return initialValue({ type: element.type });
  return slot;
}

export function isEmpty(value) {
  if (value === null || value === undefined) return true;
  return typeof value === "string" ? value.trim() === "" : Array.isArray(value) && value.length === 0;
}

/** Why Slack's own form would not send this field, or null. */
export function faultOf(block, element, value) {
  if (isEmpty(value)) return block.optional ? null : t("form.required");
  if (element.min_length && value.length < element.min_length) return t("form.tooShort", { least: element.min_length });
  if (element.max_length && value.length > element.max_length) return t("form.tooLong", { most: element.max_length });
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.trim())) return t("form.email");
  if (element.type === "url_text_input" && !URL.canParse(value.trim())) return t("form.url");
  if (element.type === "number_input") return numberFault(element, value);
  return null;
}

function numberFault(element, text) {
  const number = Number(text);
  if (Number.isNaN(number)) return t("form.number");
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return t("form.whole");
  if (element.min_value !== undefined && number < Number(element.min_value)) return t("form.least", { least: element.min_value });
  if (element.max_value !== undefined && number > Number(element.max_value)) return t("form.most", { most: element.max_value });
  return null;
}

/** Faults of all inputs, by block id. */
export function faultsIn(surface) {
  const faults = {};
  for (const { block, element } of surface.fields()) {
    if (block.type !== "input") continue;
    const fault = faultOf(block, element, surface.value(block, element));
    if (fault) faults[block.block_id] = fault;
  }
  return faults;
}
