// What a place says when there is nothing in it.

import { h } from "./dom.js";
import { icon } from "./icons.js";

export function emptyState(picture, words, ...more) {
  return h("div", { class: "empty" }, icon(picture, 32), h("p", { dir: "auto" }, words), more);
}
