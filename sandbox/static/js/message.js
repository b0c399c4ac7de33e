// One message: who, when, what, and what one can do with it.

import { act } from "./api.js";
import { iconButton, wordButton } from "./buttons.js";
import { askYesNo } from "./confirm.js";
import { h, put } from "./dom.js";
import { busyWhile } from "./elements.js";
import { emojiNamed, QUICK } from "./emoji.js";
import { pickEmoji } from "./emojipicker.js";
import { face } from "./faces.js";
import { fileChips } from "./files.js";
import { appFace, icon } from "./icons.js";
import { growing } from "./inputs.js";
import { toast } from "./layers.js";
import { openMenu } from "./menu.js";
import { mrkdwn, unescape } from "./mrkdwn.js";
import { adjust } from "./route.js";
import { nameOf, session } from "./session.js";
import { t } from "./strings.js";
import { Surface } from "./surface.js";
import { clock, dateOf, fullMoment, shortDay } from "./time.js";

export class MessageNode {
  constructor(channel, { inThread = false, onDismiss = null } = {}) {
    Object.assign(this, { channel, inThread, onDismiss });
    const look = () => this.#keepToolbarInSight();
    this.node = h("article", { class: "message", data: { testid: "message" }, onpointerenter: look, onfocusin: look });
  }

  /** Draw, or draw again when something about the message changed. */
  take(message, { compact }) {
    const seen = JSON.stringify([message, compact]);
    if (seen === this.seen) return this;
    this.seen = seen;
    this.message = message;
    if (this.editing) return this;
    this.node.className = `message${compact ? " is-compact" : ""}${message.ephemeral ? " is-ephemeral" : ""}`;
    Object.assign(this.node.dataset, { ts: message.ts, user: message.user ?? "", ephemeral: String(Boolean(message.ephemeral)) });
    this.node.setAttribute("aria-label", `${this.#author()}, ${clock(dateOf(message.ts))}`);
    put(this.node, this.#gutter(compact), h("div", { class: "message-body" },
      message.ephemeral && this.#privateNote(), !compact && this.#head(), this.#content(), this.#reactions(), this.#threadBar()),
      !message.ephemeral && !message.deleted && this.#toolbar());
    return this;
  }

  /** It stands above the message, except under the upper edge of the list. */
  #keepToolbarInSight() {
    const edge = this.node.closest(".scroll")?.getBoundingClientRect().top ?? 0;
    this.node.classList.toggle("is-at-edge", this.node.getBoundingClientRect().top - edge < 20);
  }

  #author() {
    const { username, user, local } = this.message;
    return ((local || this.#byApp()) && username) || nameOf(user) || username || "";
  }

  #byApp() {
    return Boolean(this.message.is_app || this.message.bot_id);
  }

  #gutter(compact) {
    const date = dateOf(this.message.ts);
    if (compact) return h("span", { class: "gutter" }, h("time", { class: "gutter-time", title: fullMoment(date) }, clock(date)));
    return h("span", { class: "gutter" }, face(this.message.user, 36, { asApp: this.#byApp() }));
  }

  #head() {
    const date = dateOf(this.message.ts);
    return h("header", { class: "message-head" },
      h("bdi", { class: "author" }, this.#author()),
      (this.#byApp() || this.message.local) && h("span", { class: "badge-app" }, t("message.app")),
      h("time", { class: "when", datetime: date.toISOString(), title: fullMoment(date) }, clock(date)));
  }

  #privateNote() {
    return h("div", { class: "private-note" }, icon("eye", 14), h("span", {}, t("message.onlyYou")), "·",
      wordButton(t("message.dismiss"), () => this.onDismiss?.(this.message.ts), { look: "link", testid: "dismiss" }));
  }

  #content() {
    const { message } = this;
    const edited = message.edited && h("span", { class: "edited" }, ` ${t("message.edited")}`);
    if (message.deleted) return h("div", { class: "gone" }, t("message.deleted"));
    if (/^channel_(join|leave)$/.test(message.subtype ?? "")) return h("div", { class: "gone" }, t(`message.${message.subtype}`));
    // What people type is kept in `text`; their block is the same words without the styles.
    // Cards live by being edited: Slack does not say so under an app's blocks.
    const files = fileChips(message.files);
    if (message.blocks?.length && this.#byApp()) return [this.#blocks(), files];
    const text = (message.text || edited) && h("div", { class: "mrkdwn text", dir: "auto" }, mrkdwn(message.text), edited);
    return [text, (message.attachments ?? []).map(attachment), files];
  }

  #blocks() {
    const where = { type: "message", channel: this.channel, ts: this.message.ts };
    this.trouble ??= h("div", { class: "trouble", role: "alert", hidden: true });
    this.surface ??= new Surface(where, { kind: "message", onTrouble: (words) => this.#complain(words) });
    this.surface.render(this.message.blocks);
    return h("div", { class: "text" }, this.surface.node, this.trouble);
  }

  #complain(words) {
    this.trouble.hidden = !words;
    put(this.trouble, words && [icon("warning", 16), h("span", {}, words)]);
  }

  #reactions() {
    const { reactions = [] } = this.message;
    if (!reactions.length) return null;
    return h("div", { class: "reactions" }, reactions.map((reaction) => {
      const mine = reaction.users.includes(session.me.id);
      const names = reaction.users.map(nameOf).join(", ");
      return h("button", {
        type: "button", class: `reaction${mine ? " is-mine" : ""}`, "aria-pressed": String(mine), title: `${names} :${reaction.name}:`,
        "aria-label": `${reaction.name}, ${reaction.count}`, data: { testid: "reaction", name: reaction.name },
        onclick: () => this.#react(reaction.name),
      }, h("span", {}, emojiNamed(reaction.name) ?? `:${reaction.name}:`), h("span", { class: "count" }, reaction.count));
    }));
  }

  #threadBar() {
    const { reply_count: count, reply_users: users = [], latest_reply: latest, ts } = this.message;
    if (!count || this.inThread) return null;
    return h("button", { type: "button", class: "thread-bar", data: { testid: "thread-bar" }, onclick: () => adjust({ t: ts }) },
      users.slice(0, 4).map((id) => face(id, 24)),
      h("span", { class: "thread-count" }, t(count === 1 ? "thread.one" : "thread.many", { count })),
      latest && h("span", { class: "thread-when" }, t("thread.last", { when: `${shortDay(dateOf(latest))} ${clock(dateOf(latest))}` })),
      h("span", { class: "thread-view" }, t("thread.view")), icon("right", 16));
  }

  #toolbar() {
    const tool = (name, label, run, extra = {}) => iconButton(name, label, run, { look: "tool", size: 18, tabindex: "-1", ...extra });
    const quick = (name) => h("button", {
      type: "button", class: "tool", tabindex: "-1", "aria-label": name, title: `:${name}:`, onclick: () => this.#react(name),
    }, emojiNamed(name));
    const toThread = () => adjust({ t: this.message.thread_ts || this.message.ts });
    const more = tool("more", t("message.more"), () => this.#menu(more), {
      tabindex: "0", "aria-haspopup": "menu", "aria-expanded": "false", testid: "message-more",
    });
    const picker = tool("smile", t("message.react"), () => this.#pick(picker));
    return h("div", { class: "toolbar", data: { testid: "message-toolbar" } },
      QUICK.map(quick), picker,
      !this.inThread && tool("thread", t("message.reply"), toThread, { testid: "reply-in-thread" }), more);
  }

  #menu(anchor) {
    const { message } = this;
    const mine = message.user === session.me.id && !this.#byApp();
    const shortcuts = session.state.shortcuts.message.map((shortcut) => ({
      label: shortcut.name, hint: session.state.app.name, icon: h("span", { class: "menu-face" }, appFace()),
      data: { testid: "message-shortcut", callbackId: shortcut.callback_id }, run: () => this.#shortcut(shortcut.callback_id),
    }));
    openMenu(anchor, [
      !this.inThread && { label: t("message.reply"), icon: "thread", run: () => adjust({ t: message.thread_ts || message.ts }) },
      { label: t("message.react"), icon: "smile", run: () => this.#pick(anchor) },
      ...(shortcuts.length ? [{ line: true }, { title: t("shortcut.message") }, ...shortcuts] : []),
      ...(mine ? [{ line: true },
        { label: t("message.edit"), icon: "pencil", data: { testid: "edit" }, run: () => this.#edit() },
        { label: t("message.delete"), icon: "trash", danger: true, data: { testid: "delete" }, run: () => this.#delete() }] : []),
    ].filter(Boolean), { align: "end", label: t("message.more") });
  }

  #pick(anchor) {
    pickEmoji(anchor, t("message.react"), (name) => this.#react(name));
  }

  #react(name) {
    return this.#do("/ui/react", { name });
  }

  #shortcut(callbackId) {
    return busyWhile(this.node, () => this.#do("/ui/shortcut", { callback_id: callbackId }));
  }

  async #do(path, body) {
    try {
      await act(path, { channel: this.channel, ts: this.message.ts, ...body });
    } catch (refused) {
      toast(refused.message);
    }
  }

  #edit() {
    this.editing = true;
    const box = h("textarea", {
      class: "field", dir: "auto", rows: "1", "aria-label": t("message.edit"), value: typedText(this.message.text), data: { testid: "edit-box" },
    });
    growing(box);
    const done = () => { this.editing = false; this.seen = null; this.take(this.message, { compact: false }); };
    const save = async () => {
      if (!box.value.trim()) return;
      await this.#do("/ui/edit", { text: box.value });
      done();
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); done(); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    });
    this.node.className = "message is-editing";
    put(this.node, this.#gutter(false), h("div", { class: "message-body" }, box, h("div", { class: "edit-foot" },
      wordButton(t("confirm.no"), done, { look: "btn btn-small" }),
      wordButton(t("message.save"), save, { look: "btn btn-small btn-primary", testid: "edit-save" }))));
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  async #delete() {
    const words = { title: t("message.delete"), body: t("message.deleteSure"), yes: t("message.delete"), no: t("confirm.no") };
    if (await askYesNo({ ...words, danger: true })) await this.#do("/ui/delete", {});
  }
}

/** The stored text as it was typed: links bare, special characters themselves. */
function typedText(text) {
  return unescape(text.replace(/<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>/g, "$1"));
}

function attachment(one) {
  const colour = /^#?[0-9a-f]{6}$/i.test(one.color ?? "") ? `#${one.color.replace("#", "")}` : "var(--line)";
  return h("div", { class: "attachment mrkdwn", dir: "auto", style: { "border-color": colour } },
    one.title && h("strong", {}, one.title), mrkdwn(one.text || one.fallback));
}

