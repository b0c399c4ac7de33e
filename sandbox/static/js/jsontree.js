// JSON, indented and coloured, with parts that fold.

import { h } from "./dom.js";

const OPEN_TO = 4; // levels shown at once

export function jsonTree(value) {
  return h("div", { class: "json", tabindex: "0" }, nodeOf(value, 0));
}

function nodeOf(value, depth, key = null) {
  const name = key === null ? null : [h("span", { class: "j-key" }, key), ": "];
  if (value === null || typeof value !== "object") return h("div", { class: "j-line" }, name, leaf(value));
  const many = Array.isArray(value);
  const entries = Object.entries(value);
  if (!entries.length) return h("div", { class: "j-line" }, name, many ? "[]" : "{}");
  const size = h("span", { class: "j-size" }, many ? `[${entries.length}]` : `{${entries.length}}`);
  return h("details", { open: depth < OPEN_TO, class: "j-node" }, h("summary", {}, name, size),
    h("div", { class: "j-inside" }, entries.map(([each, inner]) => nodeOf(inner, depth + 1, each))));
}

function leaf(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `j-${kind}`, dir: kind === "string" ? "auto" : null }, kind === "string" ? `"${value}"` : String(value));
}
