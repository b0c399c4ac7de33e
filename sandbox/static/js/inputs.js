// Fields one types or ticks: texts, numbers, dates, checkboxes, radio buttons.

import { debounce, h, newId } from "./dom.js";
import { marks } from "./elements.js";
import { textOf, wordsOf } from "./mrkdwn.js";
import { dispatches } from "./surface.js";
import { t } from "./strings.js";

const KINDS = { email_text_input: "email", url_text_input: "url", number_input: "text" };

/** What ties a field to its label, hint and error. */
export function labelling(element, block, ids) {
  return {
    id: ids.field,
    "aria-label": ids.label ? null : wordsOf(element.placeholder?.text ?? element.action_id ?? ""),
    "aria-labelledby": ids.label ?? null,
    "aria-describedby": [ids.error, block.hint && ids.hint].filter(Boolean).join(" ") || null,
    "aria-required": block.type === "input" && !block.optional ? "true" : null,
  };
}

export function textField(element, block, surface, ids) {
  const tag = element.multiline ? "textarea" : "input";
  const node = h(tag, {
    ...labelling(element, block, ids), class: "field", dir: "auto", autocomplete: "off",
    type: tag === "input" ? (KINDS[element.type] ?? "text") : null,
    inputmode: element.type === "number_input" ? "decimal" : null,
    rows: element.multiline ? "4" : null,
    placeholder: element.placeholder ? wordsOf(element.placeholder.text) : null,
    maxlength: element.max_length ?? null,
    value: surface.value(block, element), data: marks(element, block, "input"),
    autofocus: element.focus_on_load || null,
  });
  if (element.multiline) growing(node);
  const tells = dispatches(block, element) ? (element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]) : [];
  const tell = () => surface.dispatch(block, element, node.value);
  const tellSoon = debounce(200, tell);
  node.addEventListener("input", () => {
    surface.typed(block, element, node.value);
    if (tells.includes("on_character_entered")) tellSoon();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !tells.includes("on_enter_pressed")) return;
    // The app asked for Enter: it must not send the form as well.
    event.preventDefault();
    event.stopPropagation();
    tell();
  });
  return node;
}

/** A text area that grows with its text. */
export function growing(node, most = 320) {
  const fit = () => {
    node.style.height = "auto";
    node.style.height = `${Math.min(node.scrollHeight + 2, most)}px`;
    node.style.overflowY = node.scrollHeight > most ? "auto" : "hidden";
  };
  node.addEventListener("input", fit);
  requestAnimationFrame(fit);
  return fit;
}

export function dateField(element, block, surface, ids) {
  const type = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[element.type];
  const held = surface.value(block, element);
  const node = h("input", {
    ...labelling(element, block, ids), type, class: "field field-date",
    "aria-label": ids.label ? null : wordsOf(element.placeholder?.text ?? t(`form.${type}`)),
    value: type === "datetime-local" ? localMoment(held) : (held ?? ""), data: marks(element, block, "input"),
  });
  node.addEventListener("change", async () => {
    const value = type === "datetime-local" ? stampOf(node.value) : node.value || null;
    if (!(await surface.changed(block, element, value))) node.value = held ?? "";
  });
  return node;
}

function localMoment(stamp) {
  if (!stamp) return "";
  const date = new Date(stamp * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function stampOf(text) {
  return text ? Math.floor(new Date(text).getTime() / 1000) : null;
}

export function checkGroup(element, block, surface, ids) {
  const many = element.type === "checkboxes";
  const name = newId("group");
  const held = surface.value(block, element);
  const boxes = element.options.map((option) => checkRow(option, {
    type: many ? "checkbox" : "radio", name, data: { ...marks(element, block, "input"), optionValue: option.value },
    checked: many ? held.includes(option.value) : held === option.value,
  }));
  const inputs = boxes.map((box) => box.querySelector("input"));
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  for (const input of inputs) {
    input.addEventListener("change", async () => {
      const before = surface.value(block, element);
      const value = many ? chosen() : input.value;
      if (await surface.changed(block, element, value)) return;
      for (const each of inputs) each.checked = many ? before.includes(each.value) : each.value === before;
    });
  }
  return h("div", {
    ...labelling(element, block, ids), class: "checks", role: many ? "group" : "radiogroup",
    data: marks(element, block, "group"),
  }, boxes);
}

function checkRow(option, { type, name, data, checked }) {
  const input = h("input", { type, name, value: option.value, data });
  input.checked = checked;
  return h("label", { class: "check" }, input,
    h("span", { class: "check-words", dir: "auto" },
      h("span", { class: "check-label" }, textOf(option.text)),
      option.description && h("span", { class: "check-hint" }, textOf(option.description))));
}
