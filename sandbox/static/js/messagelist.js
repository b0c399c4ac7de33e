// Messages under each other: days, runs of one author, what is new, and where we have scrolled to.

import { act } from "./api.js";
import { wordButton } from "./buttons.js";
import { arrange, h } from "./dom.js";
import { MessageNode } from "./message.js";
import { session } from "./session.js";
import { t } from "./strings.js";
import { dateOf, dayName, sameDay } from "./time.js";

const RUN = 300; // seconds within which messages of one author share a head
const NEAR = 80; // pixels from the bottom that still count as "at the bottom"

const dismissed = new Set();

export class MessageList {
  constructor(channel, { inThread = false } = {}) {
    Object.assign(this, { channel, inThread });
    this.messages = new Map();
    this.nodes = new Map();
    this.rows = h("div", { class: "rows", role: "log", "aria-live": "polite", "aria-label": t("message.log") });
    this.before = h("div", {});
    this.jump = wordButton(t("message.newBelow"), () => this.toBottom(), { look: "jump", picture: "down", hidden: true });
    this.scroll = h("div", { class: "scroll", tabindex: "-1" }, this.before, this.rows);
    this.node = h("div", { class: "message-list" }, this.scroll, this.jump);
    this.scroll.addEventListener("scroll", () => { if (this.atBottom()) this.jump.hidden = true; });
    // Pictures, fields and folded texts grow after they are drawn.
    const sizes = new ResizeObserver(() => { if (this.stuck) this.toBottom(); });
    sizes.observe(this.rows);
    sizes.observe(this.scroll);
    this.scroll.addEventListener("scroll", () => { this.stuck = this.atBottom(); }, { passive: true });
    this.stuck = true;
  }

  setAll(messages, { newFrom = null } = {}) {
    const local = [...this.messages.values()].filter((message) => message.local);
    this.messages = new Map([...messages, ...local].map((message) => [message.ts, message]));
    this.newFrom = newFrom;
    this.#draw();
    if (this.stuck) this.toBottom();
  }

  put(message) {
    const isNew = !this.messages.has(message.ts);
    const follow = this.atBottom() || message.user === session.me.id;
    this.messages.set(message.ts, message);
    this.#draw();
    if (isNew && follow) this.toBottom();
    else if (isNew) this.jump.hidden = false;
  }

  has(ts) {
    return this.messages.has(ts);
  }

  remove(ts) {
    this.messages.delete(ts);
    this.#draw();
  }

  atBottom() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR;
  }

  toBottom() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.stuck = true;
    this.jump.hidden = true;
  }

  #draw() {
    const sorted = [...this.messages.values()].filter((m) => !dismissed.has(m.ts)).sort((a, b) => Number(a.ts) - Number(b.ts));
    const rows = [];
    const alive = new Map();
    let last = null;
    for (const message of sorted) {
      const date = dateOf(message.ts);
      const otherDay = !last || !sameDay(dateOf(last.ts), date);
      if (otherDay && !this.inThread) rows.push(this.#divider(`day-${message.ts}`, "day", dayName(date)));
      if (this.newFrom && message.ts === this.newFrom) rows.push(this.#divider("new", "fresh", t("message.new")));
      const compact = !otherDay && message.ts !== this.newFrom && sameRun(last, message);
      const node = this.nodes.get(message.ts) ?? this.#newNode();
      alive.set(message.ts, node.take(message, { compact }));
      rows.push(node.node);
      last = message;
    }
    this.nodes = alive;
    arrange(this.rows, rows);
  }

  #newNode() {
    return new MessageNode(this.channel, { inThread: this.inThread, onDismiss: (ts) => this.#dismiss(ts) });
  }

  #divider(key, kind, words) {
    this.dividers ??= new Map();
    if (!this.dividers.has(key)) {
      this.dividers.set(key, h("div", { class: `cut cut-${kind}`, role: "separator", data: { testid: `${kind}-divider` } }, h("span", {})));
    }
    const node = this.dividers.get(key);
    node.firstElementChild.textContent = words;
    return node;
  }

  /** Gone at once in this window; the server forgets its own ephemerals too. */
  #dismiss(ts) {
    if (!this.messages.get(ts)?.local) act("/ui/delete", { channel: this.channel, ts }).catch(() => null);
    dismissed.add(ts);
    this.remove(ts);
  }
}

function sameRun(before, message) {
  return Boolean(before) && before.user === message.user && before.username === message.username && !before.ephemeral
    && !message.ephemeral && !before.reply_count && !before.deleted && !message.deleted && !before.subtype && !message.subtype
    && Number(message.ts) - Number(before.ts) < RUN;
}

/** What Slackbot says to one person when something did not work: it lives in this window only. */
export function slackbotSays(text) {
  return { ts: `${(Date.now() / 1000).toFixed(6)}`, user: "USLACKBOT", username: "Slackbot", text, ephemeral: true, local: true };
}
