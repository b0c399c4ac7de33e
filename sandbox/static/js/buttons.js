// The two kinds of button the page itself has: a picture with a name, and words.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A button that shows a picture and tells its name to hover and to screen readers. */
export function iconButton(picture, label, run, { look = "icon-btn", size = 20, testid, data, ...more } = {}) {
  const named = { "aria-label": label, title: label, data: { testid, ...data } };
  return h("button", { type: "button", class: look, ...named, ...more, onclick: run }, icon(picture, size));
}

/** A button with words, and perhaps a picture before them. */
export function wordButton(words, run, { look = "btn", picture = null, testid, data, ...more } = {}) {
  const inside = [picture && icon(picture, 16), words];
  return h("button", { type: "button", class: look, data: { testid, ...data }, ...more, onclick: run }, inside);
}
