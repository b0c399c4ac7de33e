// The things a person can press, choose or fill, wherever a block puts them.

import { h } from "./dom.js";
import { fileField } from "./files.js";
import { icon } from "./icons.js";
import { checkGroup, dateField, textField } from "./inputs.js";
import { openMenu } from "./menu.js";
import { picture } from "./blocks.js";
import { plain, wordsOf } from "./mrkdwn.js";
import { richInput } from "./richinput.js";
import { selectField } from "./selects.js";
import { t } from "./strings.js";

const SPINNER_AFTER = 250; // milliseconds: a quick answer should not flicker

/** `ids` name the label, hint and error of an input block. */
export function elementNode(element, block, surface, ids = {}) {
  const draw = drawerOf(element.type);
  if (!draw) {
    const words = t("blocks.unsupportedElement", { type: element.type });
    return h("span", { class: "unsupported", role: "note" }, icon("warning", 16), words);
  }
  return draw(element, block, surface, ids);
}

function drawerOf(type) {
  if (type === "button" || type === "workflow_button") return button;
  if (type === "overflow") return overflow;
  if (type === "image") return (element) => picture(element, "accessory-image");
  if (/_select$/.test(type)) return selectField;
  if (type === "checkboxes" || type === "radio_buttons") return checkGroup;
  if (/^(date|time|datetime)picker$/.test(type)) return dateField;
  if (type === "rich_text_input") return richInput;
  if (type === "file_input") return fileField;
  if (/^(plain_text_input|email_text_input|url_text_input|number_input)$/.test(type)) return textField;
  return null;
}

/** How tests and the focus keeper find an element again. */
export function marks(element, block, testid = "action") {
  return { testid, actionId: element.action_id, blockId: block.block_id };
}

function button(element, block, surface) {
  const style = { primary: "btn-primary", danger: "btn-danger" }[element.style] ?? "";
  const node = h("button", {
    type: "button", class: `btn btn-block ${style}`, dir: "auto", data: marks(element, block),
    "aria-label": element.accessibility_label ?? null,
  }, h("span", { class: "btn-words" }, plain(element.text.text)));
  node.addEventListener("click", async () => {
    if (node.classList.contains("is-busy")) return;
    if (/^(https?:|mailto:)/i.test(element.url ?? "")) window.open(element.url, "_blank", "noopener,noreferrer");
    await busyWhile(node, () => surface.dispatch(block, element));
  });
  return node;
}

export async function busyWhile(node, task) {
  const timer = setTimeout(() => { node.classList.add("is-busy"); node.setAttribute("aria-busy", "true"); }, SPINNER_AFTER);
  try {
    return await task();
  } finally {
    clearTimeout(timer);
    node.classList.remove("is-busy");
    node.removeAttribute("aria-busy");
  }
}

function overflow(element, block, surface) {
  const node = h("button", {
    type: "button", class: "btn btn-block btn-overflow", "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-label": t("blocks.more"), title: t("blocks.more"), data: marks(element, block),
  }, icon("more", 18));
  const items = element.options.map((option) => ({
    label: plain(option.text.text),
    hint: option.description && wordsOf(option.description.text),
    data: { testid: "option", value: option.value },
    run: () => {
      if (/^https?:/i.test(option.url ?? "")) window.open(option.url, "_blank", "noopener,noreferrer");
      return busyWhile(node, () => surface.dispatch(block, element, option));
    },
  }));
  node.addEventListener("click", () => openMenu(node, items, { label: t("blocks.more") }));
  return node;
}
