// Files: chips that save what they name, and the field that brings new ones.

import { h, put } from "./dom.js";
import { marks } from "./elements.js";
import { icon } from "./icons.js";
import { labelling } from "./inputs.js";
import { session } from "./session.js";
import { t } from "./strings.js";

/** Files of a message. What is saved is never shown here: it may be a page with scripts. */
export function fileChips(files) {
  if (!files?.length) return null;
  return chips(files.map((file) => (file.deleted
    ? h("span", { class: "file-chip is-gone" }, icon("file", 16), t("files.gone"))
    : chip(file, `/ui/file/${encodeURIComponent(file.id)}?as=${encodeURIComponent(session.me.id)}`))));
}

/** Files of a mail in the box of `address`. */
export function mailChips(mail, address) {
  if (!mail.files?.length) return null;
  return chips(mail.files.map((file, n) => chip(file, `/ui/mail/file?${new URLSearchParams({ address, id: mail.id, n })}`)));
}

function chips(nodes) {
  return h("ul", { class: "file-chips", "aria-label": t("files.files") }, nodes.map((node) => h("li", {}, node)));
}

function chip(file, href) {
  return h("a", { class: "file-chip", href, download: file.name, data: { testid: "file" } },
    icon("file", 16), h("bdi", { class: "file-name" }, file.name), h("span", { class: "file-size" }, sizeOf(file.size)));
}

function sizeOf(bytes) {
  const units = [[1e6, "megabyte"], [1e3, "kilobyte"], [1, "byte"]];
  const [unit, name] = units.find(([least]) => bytes >= least) ?? units.at(-1);
  const display = unit === 1 ? "long" : "short";
  const format = { style: "unit", unit: name, unitDisplay: display, maximumFractionDigits: unit === 1e6 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang || undefined, format).format(bytes / unit);
}

/** An input of a form: each file goes to the sandbox at once, the form keeps what it is called. */
export function fileField(element, block, surface, ids) {
  const list = h("ul", { class: "file-chips" });
  const node = h("input", {
    ...labelling(element, block, ids), type: "file", class: "field-file", multiple: (element.max_files ?? 10) > 1,
    data: marks(element, block, "input"),
  });
  const show = () => put(list, (surface.value(block, element) ?? []).map((file) => h("li", {}, broughtChip(file, () => drop(file)))));
  const drop = async (file) => {
    await surface.changed(block, element, surface.value(block, element).filter((one) => one.id !== file.id));
    show();
  };
  node.addEventListener("change", async () => {
    const held = surface.value(block, element) ?? [];
    const room = (element.max_files ?? 10) - held.length;
    const brought = await Promise.all([...node.files].slice(0, room).map(bring));
    node.value = "";
    await surface.changed(block, element, [...held, ...brought]);
    show();
  });
  show();
  return h("div", { class: "file-field" }, list, node);
}

/** A file that was brought and not sent yet, with a cross to take it off. */
export function broughtChip(file, onDrop) {
  return h("span", { class: "file-chip" }, icon("file", 16), h("bdi", {}, file.name), h("button", {
    type: "button", class: "link", "aria-label": t("files.remove", { name: file.name }), onclick: onDrop,
  }, icon("close", 12)));
}

export async function bring(file) {
  const query = new URLSearchParams({ as: session.me.id, name: file.name });
  const answer = await fetch(`/ui/upload?${query}`, { method: "POST", body: file });
  return (await answer.json()).file;
}
