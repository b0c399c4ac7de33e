// Menus: arrow keys, Home and End, first letters, Escape.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { popup } from "./layers.js";

/**
 * Items: {label, hint, icon, danger, href, run} or {title} or {line: true}.
 * `data` of an item goes to its node, for tests to find.
 */
export function openMenu(anchor, items, { align = "start", label, prefer = "below" } = {}) {
  const node = h("div", { class: "menu", role: "menu", "aria-label": label, data: { testid: "menu" } });
  anchor.setAttribute("aria-expanded", "true");
  const shown = popup(anchor, node, { align, prefer, onClose: () => anchor.setAttribute("aria-expanded", "false") });
  const leave = (focus) => { shown.close(); if (focus) anchor.focus(); };
  node.append(...items.map((item) => menuNode(item, leave)));
  shown.place();
  const rows = [...node.querySelectorAll('[role="menuitem"]')];
  rows[0]?.focus();
  node.addEventListener("keydown", (event) => moveInMenu(event, rows, leave));
  return shown;
}

function menuNode(item, leave) {
  if (item.line) return h("div", { class: "menu-line", role: "separator" });
  if (item.title) return h("div", { class: "menu-title", role: "presentation" }, item.title);
  const inside = [
    item.icon && h("span", { class: "menu-icon" }, typeof item.icon === "string" ? icon(item.icon, 18) : item.icon),
    h("span", { class: "menu-words" }, h("span", { class: "menu-label" }, h("bdi", {}, item.label)),
      item.hint && h("span", { class: "menu-hint" }, h("bdi", {}, item.hint))),
    item.checked && icon("check", 16),
  ];
  const props = {
    class: `menu-item${item.danger ? " is-danger" : ""}`, role: "menuitem", tabindex: "-1", data: item.data,
    onclick: () => { leave(!item.href); item.run?.(); },
  };
  if (item.href) return h("a", { ...props, href: item.href, target: item.target, rel: "noopener noreferrer" }, inside);
  return h("button", { ...props, type: "button" }, inside);
}

function moveInMenu(event, rows, leave) {
  const here = rows.indexOf(document.activeElement);
  const steps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    rows[(steps[event.key] + rows.length) % rows.length]?.focus();
  } else if (event.key === "Tab") {
    event.preventDefault();
    leave(true);
  } else if (event.key.length === 1 && /\S/.test(event.key)) {
    const order = [...rows.slice(here + 1), ...rows.slice(0, here + 1)];
    order.find((row) => row.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}
