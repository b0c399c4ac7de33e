// rich_text_input: an editable area with a small toolbar, read back as a rich_text block.

import { h } from "./dom.js";
import { marks } from "./elements.js";
import { icon } from "./icons.js";
import { labelling } from "./inputs.js";
import { popup } from "./layers.js";
import { wordsOf } from "./mrkdwn.js";
import { readRich, writeRich } from "./richcodec.js";
import { dispatches } from "./surface.js";
import { t } from "./strings.js";

const TOOLS = [
  ["bold", (e) => e.command("bold"), "bold"], ["italic", (e) => e.command("italic"), "italic"],
  ["strike", (e) => e.command("strikeThrough"), "strikeThrough"], ["link", (e) => e.askLink()], null,
  ["numbers", (e) => e.command("insertOrderedList"), "insertOrderedList"],
  ["bullets", (e) => e.command("insertUnorderedList"), "insertUnorderedList"], null,
  ["quote", (e) => e.toggleBlock("blockquote")], null,
  ["code", (e) => e.toggleCode()], ["codeblock", (e) => e.toggleBlock("pre")],
];

/** What a line turns into when it starts so and a space is typed. */
const LINE_STARTS = {
  "-": (e) => e.command("insertUnorderedList"), "*": (e) => e.command("insertUnorderedList"),
  "1.": (e) => e.command("insertOrderedList"), ">": (e) => e.toggleBlock("blockquote"), "```": (e) => e.toggleBlock("pre"),
};

export function richInput(element, block, surface, ids) {
  return new RichInput(element, block, surface, ids).node;
}

class RichInput {
  constructor(element, block, surface, ids) {
    Object.assign(this, { element, block, surface });
    this.area = h("div", {
      ...labelling(element, block, ids), class: "rich-area", contenteditable: "true", role: "textbox", "aria-multiline": "true",
      dir: "auto", tabindex: "0", data: { ...marks(element, block, "input"), placeholder: wordsOf(element.placeholder?.text ?? "") },
      autofocus: element.focus_on_load || null,
    });
    this.buttons = new Map();
    this.node = h("div", { class: "rich-field field" }, this.#toolbar(), this.area);
    writeRich(this.area, surface.value(block, element));
    this.#emptiness();
    this.#listen();
  }

  #toolbar() {
    return h("div", { class: "rich-tools", role: "toolbar", "aria-label": t("rich.tools") },
      TOOLS.map((tool) => (tool ? this.#tool(...tool) : h("span", { class: "rich-gap" }))));
  }

  #tool(name, run, state) {
    const button = h("button", {
      type: "button", class: "rich-tool", tabindex: "-1", title: t(`rich.${name}`), "aria-label": t(`rich.${name}`), data: { tool: name },
      // The selection in the text must survive the press.
      onmousedown: (event) => event.preventDefault(),
      onclick: () => { this.area.focus(); run(this); this.#changed(); },
    }, icon(name, 18));
    if (state) this.buttons.set(state, button);
    return button;
  }

  #listen() {
    this.area.addEventListener("input", () => this.#changed());
    this.area.addEventListener("keydown", (event) => this.#keyed(event));
    this.area.addEventListener("paste", (event) => {
      event.preventDefault();
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    for (const when of ["keyup", "mouseup", "focus"]) this.area.addEventListener(when, () => this.#lightUp());
  }

  #changed() {
    this.#emptiness();
    this.#lightUp();
    this.surface.typed(this.block, this.element, readRich(this.area));
  }

  #emptiness() {
    const bare = this.area.textContent.replace(/\u200b/g, "") === "";
    this.area.classList.toggle("is-empty", bare && !this.area.querySelector("ul, ol, blockquote, pre"));
  }

  #lightUp() {
    for (const [state, button] of this.buttons) button.classList.toggle("is-on", document.queryCommandState(state));
    for (const [name, tag] of [["quote", "blockquote"], ["codeblock", "pre"], ["code", "code"]]) {
      this.node.querySelector(`[data-tool="${name}"]`).classList.toggle("is-on", Boolean(this.#around(tag)));
    }
  }

  #keyed(event) {
    if (event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.shiftKey && event.key.toLowerCase() === "x") { event.preventDefault(); this.command("strikeThrough"); }
    else if (control && event.shiftKey && event.key.toLowerCase() === "c") { event.preventDefault(); this.toggleCode(); this.#changed(); }
    else if (event.key === "Enter" && !event.shiftKey && !control) this.#entered(event);
    else if (event.key === " ") this.#spaced(event);
    const tells = dispatches(this.block, this.element) && this.block.type === "input";
    if (tells && event.key === "Enter" && control) this.surface.dispatch(this.block, this.element, readRich(this.area));
  }

  /** An empty line ends a quote or a code block. */
  #entered(event) {
    const frame = this.#around("blockquote") ?? this.#around("pre");
    if (!frame || this.#lineText() !== "") return;
    event.preventDefault();
    document.execCommand("formatBlock", false, "div");
    this.#changed();
  }

  #spaced(event) {
    const start = LINE_STARTS[this.#lineText()];
    if (!start || this.#around("li") || this.#around("pre")) return;
    event.preventDefault();
    const selection = getSelection();
    for (let i = this.#lineText().length; i > 0; i -= 1) selection.modify("extend", "backward", "character");
    document.execCommand("delete");
    start(this);
    this.#changed();
  }

  #lineText() {
    const { anchorNode: node, anchorOffset: offset } = getSelection();
    if (!node || !this.area.contains(node)) return null;
    return node.nodeType === Node.TEXT_NODE ? node.data.slice(0, offset).replace(/\u200b/g, "") : (node.textContent === "" ? "" : null);
  }

  #around(tag) {
    const from = getSelection().anchorNode;
    const element = from?.nodeType === Node.TEXT_NODE ? from.parentElement : from;
    const found = element?.closest?.(tag);
    return found && this.area.contains(found) ? found : null;
  }

  command(name, value = null) {
    document.execCommand(name, false, value);
  }

  toggleBlock(tag) {
    document.execCommand("formatBlock", false, this.#around(tag) ? "div" : tag);
  }

  toggleCode() {
    const selection = getSelection();
    if (!selection.rangeCount || !this.area.contains(selection.anchorNode)) return;
    const inside = this.#around("code");
    const range = selection.getRangeAt(0);
    if (inside) {
      const after = document.createTextNode("\u200b");
      inside.after(after);
      selection.collapse(after, 1);
      return;
    }
    const code = h("code", {}, range.collapsed ? "\u200b" : range.toString());
    range.deleteContents();
    range.insertNode(code);
    selection.selectAllChildren(code);
    if (code.textContent === "\u200b") selection.collapseToEnd();
  }

  askLink() {
    const selection = getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0).cloneRange() : null;
    const url = h("input", { type: "url", class: "field", placeholder: "https://…", "aria-label": t("rich.url") });
    const form = h("form", { class: "link-form" }, url, h("button", { class: "btn btn-primary" }, t("rich.link")));
    const shown = popup(this.node.querySelector('[data-tool="link"]'), form);
    url.focus();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // A popup lives outside the dialog's form, but submits bubble through the page all the same.
      event.stopPropagation();
      shown.close();
      if (URL.canParse(url.value) && range) this.#insertLink(range, url.value);
      this.area.focus();
    });
  }

  #insertLink(range, url) {
    const link = h("a", { href: url }, range.collapsed ? url : range.toString());
    range.deleteContents();
    range.insertNode(link);
    const after = document.createTextNode("\u200b");
    link.after(after);
    this.area.focus();
    getSelection().collapse(after, 1);
    this.#changed();
  }
}
