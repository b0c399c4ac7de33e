// A small grid of emoji, for reactions and for the composer.

import { h } from "./dom.js";
import { emojiNamed, PICKER } from "./emoji.js";
import { popup } from "./layers.js";

const COLUMNS = 7;

/** Calls `onPick(name, glyph)` with what was chosen. */
export function pickEmoji(anchor, label, onPick, { align = "end", prefer = "below" } = {}) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": label });
  const shown = popup(anchor, grid, { align, prefer });
  const pick = (name) => { shown.close(); onPick(name, emojiNamed(name)); };
  grid.append(...PICKER.map((name) =>
    h("button", { type: "button", class: "tool", title: `:${name}:`, "aria-label": name, onclick: () => pick(name) }, emojiNamed(name))));
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    const next = step && grid.children[[...grid.children].indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  shown.place();
  grid.firstElementChild.focus();
}
