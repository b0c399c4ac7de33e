// Between an editable area and a rich_text block, both ways.

import { h, put } from "./dom.js";
import { richText } from "./richtext.js";

const STYLES = { B: "bold", STRONG: "bold", I: "italic", EM: "italic", S: "strike", STRIKE: "strike", DEL: "strike", CODE: "code" };
const URLS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/;

/** Show a rich_text block, or a plain string, for editing. */
export function writeRich(area, value) {
  if (!value) return put(area);
  if (typeof value === "string") return put(area, value.split("\n").map((line) => h("div", {}, line || h("br"))));
  return put(area, [...richText(value).childNodes]);
}

/** The area as a rich_text block; null when nothing is written. */
export function readRich(area) {
  const elements = new Reader().read(area);
  const words = area.textContent.replace(/\u200b/g, "").trim();
  return words ? { type: "rich_text", elements } : null;
}

class Reader {
  constructor() {
    this.out = [];
    this.lines = [];
    this.line = null;
  }

  read(area) {
    this.#blocks(area);
    this.#endSection();
    return this.out;
  }

  #blocks(parent) {
    for (const node of parent.childNodes) {
      const tag = node.nodeName;
      if (tag === "UL" || tag === "OL") { this.#endSection(); this.#list(node, 0); }
      else if (tag === "BLOCKQUOTE" || tag === "PRE") { this.#endSection(); this.#frame(node, tag); }
      else if (tag === "DIV" || tag === "P") { this.#endLine(); this.#blocks(node); this.#endLine(node); }
      else if (tag === "BR") this.#endLine(node);
      else (this.line ??= []).push(...inlineOf(node, {}));
    }
  }

  /** Ends the line being read; a `<br>` or an empty paragraph is a line of its own. */
  #endLine(node = null) {
    if (this.line) this.lines.push(this.line);
    else if (node && (node.nodeName === "BR" || !node.childNodes.length)) this.lines.push([]);
    this.line = null;
  }

  #endSection() {
    this.#endLine();
    const elements = joined(this.lines);
    if (elements.length) this.out.push({ type: "rich_text_section", elements });
    this.lines = [];
  }

  #frame(node, tag) {
    const inner = new Reader();
    inner.#blocks(node);
    inner.#endLine();
    const type = tag === "PRE" ? "rich_text_preformatted" : "rich_text_quote";
    const elements = joined(inner.lines);
    const last = this.out.at(-1);
    // The browser starts a new frame at every line; Slack has one with line breaks.
    if (last?.type === type) last.elements = joined([last.elements, elements]);
    else if (elements.length) this.out.push({ type, elements });
  }

  #list(node, indent) {
    const style = node.nodeName === "OL" ? "ordered" : "bullet";
    let open = null;
    for (const item of node.children) {
      if (item.nodeName === "UL" || item.nodeName === "OL") { this.#list(item, indent + 1); open = null; continue; }
      const own = [...item.childNodes].filter((child) => !/^[UO]L$/.test(child.nodeName));
      if (!open) { open = { type: "rich_text_list", style, indent, elements: [] }; this.out.push(open); }
      open.elements.push({ type: "rich_text_section", elements: merged(own.flatMap((child) => inlineOf(child, {}))) });
      for (const child of item.children) if (/^[UO]L$/.test(child.nodeName)) { this.#list(child, indent + 1); open = null; }
    }
  }
}

function joined(lines) {
  return merged(lines.flatMap((line, i) => (i ? [{ type: "text", text: "\n" }, ...line] : line)));
}

/** Neighbouring texts of one style are one text. */
function merged(elements) {
  const out = [];
  for (const element of elements) {
    const last = out.at(-1);
    const same = last?.type === "text" && element.type === "text" && JSON.stringify(last.style) === JSON.stringify(element.style);
    if (same) last.text += element.text;
    else if (element.type !== "text" || element.text) out.push({ ...element });
  }
  return out;
}

function inlineOf(node, style) {
  if (node.nodeType === Node.TEXT_NODE) return texts(node.data.replace(/\u200b/g, "").replace(/\u00a0/g, " "), style);
  if (node.nodeName === "BR") return [];
  if (node.nodeName === "A") return [withStyle(linkOf(node.getAttribute("href"), node.textContent), style)];
  if (node.classList?.contains("mention") && node.dataset.user) return [{ type: "user", user_id: node.dataset.user }];
  const named = STYLES[node.nodeName];
  const here = named ? { ...style, [named]: true } : style;
  return [...node.childNodes].flatMap((child) => inlineOf(child, here));
}

function linkOf(url, text) {
  return text === url ? { type: "link", url } : { type: "link", url, text };
}

function texts(text, style) {
  if (style.code) return text ? [withStyle({ type: "text", text }, style)] : [];
  return text.split(URLS).filter(Boolean).map((part) =>
    withStyle(URLS.test(part) && /^https?:/.test(part) ? { type: "link", url: part } : { type: "text", text: part }, style));
}

function withStyle(element, style) {
  return Object.keys(style).length ? { ...element, style: { ...style } } : element;
}
