// Where one writes: Enter sends, "/" completes commands, "@" people, ":" emoji.

import { act } from "./api.js";
import { iconButton } from "./buttons.js";
import { completions } from "./completing.js";
import { h, newId, put } from "./dom.js";
import { pickEmoji } from "./emojipicker.js";
import { appFace } from "./icons.js";
import { growing } from "./inputs.js";
import { popup } from "./layers.js";
import { openMenu } from "./menu.js";
import { session } from "./session.js";
import { t } from "./strings.js";

const drafts = new Map();

export class Composer {
  constructor({ channel, thread = null, placeholder, say }) {
    Object.assign(this, { channel, thread, say });
    this.draft = `${session.me.id} ${channel} ${thread}`;
    this.mentions = new Map();
    this.listId = newId("completions");
    this.box = h("textarea", {
      class: "composer-box", rows: "1", dir: "auto", placeholder, "aria-label": placeholder, value: drafts.get(this.draft) ?? "",
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId, data: { testid: "composer" },
    });
    this.fit = growing(this.box, 260);
    this.sendButton = iconButton("send", t("composer.send"), () => this.#send(), { look: "send", size: 18, testid: "send" });
    this.node = h("div", { class: "composer" }, h("div", { class: "composer-frame" }, this.box, this.#tools()));
    this.box.addEventListener("input", () => { drafts.set(this.draft, this.box.value); this.#light(); this.#complete(); });
    this.box.addEventListener("keydown", (event) => this.#keyed(event));
    this.box.addEventListener("blur", () => this.popup?.close());
    this.#light();
  }

  focus() {
    this.box.focus();
  }

  leave() {
    this.popup?.close();
  }

  #tools() {
    const keepFocus = { onmousedown: (event) => event.preventDefault() };
    const tool = (name, label, run, extra = {}) => iconButton(name, label, run, { look: "tool", size: 18, ...keepFocus, ...extra });
    const shortcuts = tool("bolt", t("shortcut.open"), () => this.#shortcuts(shortcuts), {
      "aria-haspopup": "menu", "aria-expanded": "false", testid: "shortcuts",
    });
    const emoji = tool("smile", t("composer.emoji"), () =>
      pickEmoji(emoji, t("composer.emoji"), (_, glyph) => this.#type(glyph), { align: "start", prefer: "above" }));
    return h("div", { class: "composer-tools" }, shortcuts,
      tool("at", t("composer.mention"), () => this.#type("@")), emoji,
      !this.thread && tool("slash", t("composer.command"), () => this.#type("/", true)),
      h("span", { class: "composer-hint" }, t("composer.hint")), this.sendButton);
  }

  #shortcuts(anchor) {
    const { shortcuts, commands, app } = session.state;
    const picture = () => h("span", { class: "menu-face" }, appFace());
    openMenu(anchor, [
      ...(shortcuts.global.length ? [{ title: t("shortcut.global") }] : []),
      ...shortcuts.global.map((s) => ({
        label: s.name, hint: app.name, icon: picture(), data: { testid: "global-shortcut", callbackId: s.callback_id },
        run: () => this.#try(() => act("/ui/shortcut", { callback_id: s.callback_id })),
      })),
      ...(commands.length && !this.thread ? [{ title: t("shortcut.commands") }] : []),
      ...(this.thread ? [] : commands).map((c) => ({
        label: `${c.command} ${c.usage_hint ?? ""}`.trim(), hint: c.description, icon: picture(), run: () => this.#type(`${c.command} `, true),
      })),
    ], { label: t("shortcut.open"), prefer: "above" });
  }

  #type(text, instead = false) {
    this.box.focus();
    if (instead) this.box.value = text;
    else {
      const before = this.box.value.slice(0, this.box.selectionStart);
      const gap = before && !/\s$/.test(before) ? " " : "";
      this.box.setRangeText(gap + text, this.box.selectionStart, this.box.selectionEnd, "end");
    }
    this.box.dispatchEvent(new Event("input"));
  }

  #light() {
    this.sendButton.disabled = !this.box.value.trim();
  }

  #keyed(event) {
    if (event.isComposing) return;
    if (this.popup && this.#keyedInList(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    }
  }

  #keyedInList(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#activate((this.active + step + this.found.length) % this.found.length);
      return true;
    }
    if ((event.key !== "Enter" && event.key !== "Tab") || event.shiftKey) return false;
    const one = this.found[this.active];
    // A command typed out in full is sent, not completed again.
    if (event.key === "Enter" && one.exact) return false;
    event.preventDefault();
    this.#take(one);
    return true;
  }

  #complete() {
    const at = this.box.selectionStart;
    const { title, entries } = completions(this.box.value.slice(0, at), { inThread: Boolean(this.thread) });
    this.found = entries;
    if (!entries.length) return this.popup?.close();
    const fresh = !this.popup;
    this.list ??= h("div", { class: "listbox completions", role: "listbox", id: this.listId, "aria-label": title });
    put(this.list, h("div", { class: "list-title", role: "presentation" }, title), entries.map((entry, i) => this.#row(entry, i)));
    if (fresh) {
      this.popup = popup(this.node.firstElementChild, this.list, { width: "anchor", prefer: "above", onClose: () => this.#closed() });
      this.box.setAttribute("aria-expanded", "true");
    }
    this.#activate(0);
    this.popup.place();
  }

  #row(entry, i) {
    return h("div", {
      class: "option", role: "option", id: `${this.listId}-${i}`, "aria-selected": "false", data: { testid: "completion", value: entry.name },
      onmousedown: (event) => { event.preventDefault(); this.#take(entry); }, onmousemove: () => this.#activate(i),
    }, entry.picture?.(), h("span", { class: "option-words" },
      h("span", { class: "option-label" }, h("bdi", {}, entry.label)),
      entry.hint && h("span", { class: "option-hint" }, h("bdi", {}, entry.hint))));
  }

  #activate(i) {
    this.active = i;
    for (const [n, row] of [...this.list.querySelectorAll('[role="option"]')].entries()) {
      row.classList.toggle("is-active", n === i);
      row.setAttribute("aria-selected", String(n === i));
      if (n === i) { row.scrollIntoView({ block: "nearest" }); this.box.setAttribute("aria-activedescendant", row.id); }
    }
  }

  #closed() {
    this.popup = null;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  #take(entry) {
    this.popup?.close();
    if (entry.run) {
      this.#clear();
      return void this.#try(entry.run);
    }
    if (entry.mention) this.mentions.set(entry.insert.trim(), entry.mention);
    const end = this.box.selectionStart;
    this.box.setRangeText(entry.insert, end - entry.typed, end, "end");
    drafts.set(this.draft, this.box.value);
    this.fit();
    this.#light();
  }

  async #send() {
    const text = this.box.value.trim();
    if (!text) return;
    this.popup?.close();
    this.#clear();
    const sent = await this.#try(() => (text.startsWith("/") ? this.#command(text) : this.say(this.#withMentions(text))));
    // What could not be sent comes back, unless something else was begun meanwhile.
    if (!sent && !this.box.value) { this.box.value = text; this.box.dispatchEvent(new Event("input")); this.popup?.close(); }
  }

  #clear() {
    this.box.value = "";
    drafts.delete(this.draft);
    this.fit();
    this.#light();
  }

  #withMentions(text) {
    let out = text;
    const longest = [...this.mentions].sort(([a], [b]) => b.length - a.length);
    for (const [shown, id] of longest) out = out.replaceAll(shown, `<@${id}>`);
    return out;
  }

  async #command(typed) {
    const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed);
    if (!session.state.commands.some((c) => c.command === command)) throw new Error(t("composer.noCommand", { command }));
    if (this.thread) throw new Error(t("composer.noThread", { command }));
    await act("/ui/command", { channel: this.channel, command, text: this.#withMentions(rest) });
  }

  async #try(task) {
    try {
      await task();
      return true;
    } catch (refused) {
      this.onRefusal?.(refused.message);
      return false;
    }
  }
}
