// One block, one node.

import { h, newId } from "./dom.js";
import { elementNode } from "./elements.js";
import { icon } from "./icons.js";
import { plain, textOf } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { t } from "./strings.js";

const ALERTS = { default: "info", info: "info", warning: "warning", error: "warning", success: "check" };

const DRAW = {
  section, header, context, actions, image, alert,
  divider: () => h("hr", { class: "divider" }),
  rich_text: (block) => richText(block),
  input: inputBlock,
  table,
};

export function blockNode(block, surface) {
  const draw = block.type === "alert" && surface.kind !== "modal" ? null : DRAW[block.type];
  const node = draw ? draw(block, surface) : unsupported(block.type);
  node.classList.add("block");
  node.dataset.block = block.type;
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

function unsupported(type) {
  return h("div", { class: "unsupported", role: "note" }, icon("warning", 16), t("blocks.unsupported", { type }));
}

function section(block, surface) {
  const words = h("div", { class: "section-words" },
    block.text && h("div", { class: "mrkdwn", dir: "auto" }, textOf(block.text)),
    block.fields && h("div", { class: "facts" },
      block.fields.map((field) => h("div", { class: "mrkdwn fact", dir: "auto" }, textOf(field)))));
  const { accessory } = block;
  const side = accessory && h("div", { class: `accessory accessory-${accessory.type}` }, elementNode(accessory, block, surface));
  const roomy = accessory && /checkboxes|radio_buttons/.test(accessory.type);
  return h("div", { class: `section${roomy ? " section-stacked" : ""}` }, words, side);
}

function header(block) {
  return h("h3", { class: "header-block", dir: "auto" }, plain(block.text.text));
}

function context(block) {
  return h("div", { class: "context" }, block.elements.map((element) =>
    element.type === "image"
      ? picture(element, "context-image")
      : h("div", { class: "mrkdwn", dir: "auto" }, textOf(element))));
}

function actions(block, surface) {
  return h("div", { class: "actions" }, block.elements.map((element) => elementNode(element, block, surface)));
}

function image(block) {
  return h("figure", { class: "image-block" },
    block.title && h("figcaption", { dir: "auto" }, plain(block.title.text)), picture(block, "image"));
}

/** A picture, or its description when it cannot be had (the sandbox may be offline). */
export function picture(element, className) {
  const words = element.alt_text;
  const missing = () => h("span", { class: "image-missing", role: "img", "aria-label": words }, icon("eye", 16), words);
  if (!/^(https?:|\/|data:image\/)/.test(element.image_url ?? "")) return missing();
  const node = h("img", { class: className, src: element.image_url, alt: words, loading: "lazy" });
  node.addEventListener("error", () => node.replaceWith(missing()));
  return node;
}

function alert(block) {
  const level = block.level in ALERTS ? block.level : "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note" },
    icon(ALERTS[level], 18), h("div", { class: "mrkdwn", dir: "auto" }, textOf(block.text)));
}

function inputBlock(block, surface) {
  const ids = { label: newId("label"), hint: newId("hint"), error: newId("error"), field: newId("field") };
  const labelled = /checkboxes|radio_buttons|rich_text_input|select/.test(block.element.type);
  const words = [plain(block.label.text), block.optional && h("span", { class: "optional" }, ` ${t("form.optional")}`)];
  return h("div", { class: "input-block" },
    labelled
      ? h("div", { class: "label", id: ids.label, dir: "auto" }, words)
      : h("label", { class: "label", id: ids.label, for: ids.field, dir: "auto" }, words),
    elementNode(block.element, block, surface, ids),
    h("div", { class: "field-error", id: ids.error, role: "alert", data: { errorFor: block.block_id, testid: "field-error" } }),
    block.hint && h("div", { class: "hint", id: ids.hint, dir: "auto" }, plain(block.hint.text)));
}

function table(block) {
  const cell = (content, tag) => h(tag, { dir: "auto" }, content.type === "rich_text" ? richText(content) : plain(content.text));
  const [first, ...rest] = block.rows ?? [];
  return h("div", { class: "table-block" }, h("table", {},
    h("thead", {}, h("tr", {}, (first ?? []).map((each) => cell(each, "th")))),
    h("tbody", {}, rest.map((row) => h("tr", {}, row.map((each) => cell(each, "td")))))));
}
