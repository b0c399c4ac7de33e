// What lies above the page: who gets Escape, where popups stand, what Tab may reach.

import { focusables } from "./dom.js";

const root = () => document.getElementById("layers");
const escapes = [];

/** Escape closes the newest layer only. Returns how to give the key back. */
export function onEscape(close) {
  escapes.push(close);
  return () => {
    const at = escapes.lastIndexOf(close);
    if (at >= 0) escapes.splice(at, 1);
  };
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !escapes.length) return;
  event.preventDefault();
  event.stopPropagation();
  escapes.at(-1)();
}, true);

/**
 * Show a node next to its anchor until Escape, a click elsewhere, or `close()`.
 * `width: "anchor"` makes it as wide as what it belongs to.
 */
export function popup(anchor, node, { align = "start", prefer = "below", width = null, onClose = null } = {}) {
  node.classList.add("popup");
  root().append(node);
  // An anchor that left the page (its view was updated) takes its popup along.
  const place = () => (anchor.isConnected ? placeNear(anchor, node, { align, prefer, width }) : close());
  const outside = (event) => {
    if (!node.contains(event.target) && !anchor.contains(event.target)) close();
  };
  const watcher = new ResizeObserver(place);
  watcher.observe(node);
  watcher.observe(anchor);
  const release = onEscape(() => close());
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("scroll", place, true);
  window.addEventListener("resize", place);
  let open = true;
  place();
  function close() {
    if (!open) return;
    open = false;
    release();
    watcher.disconnect();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("scroll", place, true);
    window.removeEventListener("resize", place);
    node.remove();
    onClose?.();
  }
  return { close, place };
}

function placeNear(anchor, node, { align, prefer, width }) {
  const box = anchor.getBoundingClientRect();
  const gap = 4;
  const edge = 8;
  if (width === "anchor") node.style.width = `${box.width}px`;
  node.style.maxHeight = "";
  const size = node.getBoundingClientRect();
  const below = innerHeight - box.bottom - gap - edge;
  const above = box.top - gap - edge;
  const wanted = node.scrollHeight;
  const under = prefer === "below" ? below >= Math.min(wanted, 200) || below >= above : above < wanted && below > above;
  const room = under ? below : above;
  node.style.maxHeight = `${Math.max(80, room)}px`;
  const height = Math.min(wanted + 2, room);
  node.style.top = `${under ? box.bottom + gap : Math.max(edge, box.top - gap - height)}px`;
  const left = align === "end" ? box.right - size.width : box.left;
  node.style.left = `${Math.max(edge, Math.min(left, innerWidth - size.width - edge))}px`;
}

/** Cover the page with a dialog; the page behind can be neither clicked nor tabbed to. */
export function overlay(node, { onEscape: escape }) {
  const app = document.getElementById("app");
  const before = document.activeElement;
  root().append(node);
  app.inert = true;
  const release = onEscape(escape);
  const trap = (event) => keepTabInside(node, event);
  node.addEventListener("keydown", trap);
  return () => {
    release();
    node.remove();
    if (!root().querySelector(".overlay")) app.inert = false;
    if (before?.isConnected) before.focus();
  };
}

function keepTabInside(node, event) {
  if (event.key !== "Tab") return;
  const stops = focusables(node);
  if (!stops.length) return event.preventDefault();
  const first = stops[0];
  const last = stops.at(-1);
  const here = document.activeElement;
  if (event.shiftKey && (here === first || !node.contains(here))) { event.preventDefault(); last.focus(); }
  if (!event.shiftKey && (here === last || !node.contains(here))) { event.preventDefault(); first.focus(); }
}

/** A line that says what went wrong, at the foot of the page, for a while. */
export function toast(sentence, kind = "error") {
  const node = document.createElement("div");
  node.className = `toast toast-${kind}`;
  node.setAttribute("role", kind === "error" ? "alert" : "status");
  node.dataset.testid = "toast";
  node.textContent = sentence;
  root().append(node);
  setTimeout(() => node.remove(), 6000);
}
