// A field with a list one can type into: select menus, type-ahead, the people switcher.

import { iconButton } from "./buttons.js";
import { debounce, h, newId, put } from "./dom.js";
import { icon } from "./icons.js";
import { popup } from "./layers.js";
import { t } from "./strings.js";

const TYPING_PAUSE = 120; // milliseconds: one request per keystroke, but not per key repeat

/**
 * Options: many, attributes, data, placeholder, chosen entries, `load(query)` → groups (maybe later),
 * remote, least characters before asking, most entries, clearable, `onChange(entries)` → false to refuse.
 */
export function combobox(options) {
  return new Combobox(options).node;
}

class Combobox {
  constructor(options) {
    this.options = options;
    this.chosen = [...options.chosen];
    this.listId = newId("list");
    this.asked = 0;
    this.input = h("input", {
      ...options.attributes, type: "text", class: "combo-input", role: "combobox", autocomplete: "off", spellcheck: "false",
      dir: "auto", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId, data: options.data,
    });
    this.chips = h("span", { class: "combo-chips" });
    this.node = h("div", { class: `combo field${options.many ? " combo-many" : ""}` }, this.chips, this.input, this.#tail());
    this.askSoon = debounce(TYPING_PAUSE, () => this.#ask());
    this.#listenTo(this.input);
    this.node.addEventListener("mousedown", (event) => this.#pressed(event));
    this.#showChosen();
  }

  #tail() {
    this.clear = iconButton("close", t("select.clear"), () => this.#choose([]), { look: "combo-clear", size: 14, tabindex: "-1" });
    return h("span", { class: "combo-tail" }, this.clear, h("span", { class: "combo-arrow" }, icon("down", 16)));
  }

  #listenTo(input) {
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("click", () => this.#open());
    input.addEventListener("focus", () => { this.node.classList.add("is-focused"); if (!this.options.many) input.select(); });
    input.addEventListener("blur", () => { this.node.classList.remove("is-focused"); this.shown?.close(); });
    input.addEventListener("keydown", (event) => this.#keyed(event));
  }

  #pressed(event) {
    if (event.target === this.input || event.target.closest("button")) return;
    event.preventDefault();
    this.input.focus();
    if (this.shown) this.shown.close();
    else this.#open();
  }

  #showChosen() {
    const { many, placeholder, clearable } = this.options;
    const single = many ? null : this.chosen[0];
    if (many) put(this.chips, this.chosen.map((entry) => this.#chip(entry)));
    this.input.value = single?.words ?? "";
    this.input.placeholder = many && this.chosen.length ? "" : placeholder;
    this.clear.hidden = !(clearable && !many && single);
    this.query = "";
  }

  #chip(entry) {
    const others = () => this.chosen.filter((each) => each.key !== entry.key);
    const drop = iconButton("close", t("select.remove", { name: entry.words }), () => this.#choose(others()), {
      look: "chip-drop", size: 12, tabindex: "-1",
    });
    return h("span", { class: "chip", data: { value: entry.key } }, h("span", { dir: "auto" }, entry.label()), drop);
  }

  #typed() {
    this.query = this.input.value;
    this.wantsFirst = false;
    if (!this.shown) this.#show();
    if (!this.options.remote) return void this.#ask();
    this.asked += 1; // answers to what was typed before come too late
    this.#waiting();
    this.askSoon();
  }

  #open() {
    if (this.shown) return;
    this.#show();
    this.#ask();
  }

  #show() {
    this.list = h("div", { class: "listbox", role: "listbox", id: this.listId, "aria-multiselectable": this.options.many ? "true" : null });
    // Keeps the focus in the field, so that a click in the list is not a way out of it.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.shown = popup(this.node, this.list, { width: "anchor", onClose: () => this.#closed() });
    this.input.setAttribute("aria-expanded", "true");
  }

  #closed() {
    this.shown = null;
    this.stale = false;
    this.wantsFirst = false;
    this.active = null;
    this.asked += 1;
    this.askSoon.cancel();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.#showChosen();
  }

  async #ask() {
    if (!this.shown) return;
    const { load, remote, least } = this.options;
    const query = this.query.trim();
    if (query.length < least) return this.#note(t("select.typeMore", { least }));
    const turn = (this.asked += 1);
    if (remote) this.#waiting();
    try {
      const groups = await load(query);
      if (turn === this.asked && this.shown) this.#fill(groups);
    } catch (refused) {
      this.wantsFirst = false;
      if (turn === this.asked && this.shown) this.#note(refused.message, "is-error");
    }
  }

  /** Until the app answers, what the list shows must not be taken. */
  #waiting() {
    if (!this.options.remote || this.query.trim().length < this.options.least) return;
    if (!this.#rows().length) this.#note(t("select.loading"));
    this.list.classList.add("is-stale");
    this.stale = true;
  }

  #note(sentence, kind = "") {
    this.#fresh();
    this.active = null;
    this.input.removeAttribute("aria-activedescendant");
    put(this.list, h("div", { class: `list-note ${kind}`, role: kind ? "alert" : "status", data: { testid: "list-note" } }, sentence));
    this.shown.place();
  }

  #fill(groups) {
    const offered = groups.filter((group) => group.entries.length);
    this.#fresh();
    if (!offered.length) {
      this.wantsFirst = false;
      return this.#note(t("select.none"));
    }
    put(this.list, offered.map((group) => [
      group.title && h("div", { class: "list-title", role: "presentation", dir: "auto" }, group.title),
      group.entries.map((entry) => this.#row(entry)),
    ]));
    const rows = this.#rows();
    this.#activate(rows.find((row) => row.getAttribute("aria-selected") === "true" && !this.query) ?? rows[0]);
    this.shown.place();
    if (!this.wantsFirst) return;
    this.wantsFirst = false;
    this.#take(rows[0].entry);
  }

  #fresh() {
    this.stale = false;
    this.list.classList.remove("is-stale");
  }

  #row(entry) {
    const isChosen = this.chosen.some((each) => each.key === entry.key);
    const row = h("div", {
      class: "option", role: "option", id: newId("option"), "aria-selected": String(isChosen), data: { testid: "option", value: entry.key },
    },
      entry.picture?.(),
      h("span", { class: "option-words" }, h("span", { class: "option-label" }, h("bdi", {}, entry.label())),
        entry.hint && h("span", { class: "option-hint" }, h("bdi", {}, entry.hint))),
      entry.extra?.(), isChosen && icon("check", 16));
    row.entry = entry;
    row.addEventListener("click", () => this.#take(entry));
    row.addEventListener("mousemove", () => this.#activate(row, false));
    return row;
  }

  #rows() {
    return this.list ? [...this.list.querySelectorAll('[role="option"]')] : [];
  }

  #activate(row, scroll = true) {
    if (!row || row === this.active) return;
    this.active?.classList.remove("is-active");
    this.active = row;
    row.classList.add("is-active");
    this.input.setAttribute("aria-activedescendant", row.id);
    if (scroll) row.scrollIntoView({ block: "nearest" });
  }

  #keyed(event) {
    if (event.isComposing) return;
    const rows = this.#rows();
    const here = rows.indexOf(this.active);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.shown) return this.#open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#activate(rows[(here + step + rows.length) % rows.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (!this.shown) return this.#open();
      // Somebody who types fast means what the list will show, not what it still shows.
      if (this.stale) this.wantsFirst = true;
      else if (this.active) this.#take(this.active.entry);
    } else if (event.key === "Backspace" && this.options.many && !this.input.value && this.chosen.length) {
      this.#choose(this.chosen.slice(0, -1));
    }
  }

  #take(entry) {
    const { many, most } = this.options;
    if (!many) {
      this.shown?.close();
      return this.#choose([entry]);
    }
    const without = this.chosen.filter((each) => each.key !== entry.key);
    if (without.length === this.chosen.length && this.chosen.length >= most) return this.#note(t("select.most", { most }));
    this.#choose(without.length < this.chosen.length ? without : [...this.chosen, entry]);
    this.input.value = "";
    this.query = "";
    this.#ask();
  }

  async #choose(entries) {
    const before = this.chosen;
    this.chosen = entries;
    this.#showChosen();
    if ((await this.options.onChange(entries)) !== false) return;
    this.chosen = before;
    this.#showChosen();
  }
}
