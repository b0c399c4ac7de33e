// The thread pane: the parent, its replies, and a composer.

import { act, get } from "./api.js";
import { iconButton } from "./buttons.js";
import { Composer } from "./composer.js";
import { h, put } from "./dom.js";
import { MessageList, slackbotSays } from "./messagelist.js";
import { adjust } from "./route.js";
import { channelOf, dmOf, on, session } from "./session.js";
import { t } from "./strings.js";

const THREAD_NEWS = ["message", "message_changed", "message_deleted", "ephemeral", "reaction"];

export class ThreadPane {
  constructor(channel, ts) {
    Object.assign(this, { channel, ts });
    this.parent = new MessageList(channel, { inThread: true });
    this.list = new MessageList(channel, { inThread: true });
    this.cut = h("div", { class: "cut cut-replies", role: "separator" }, h("span", {}));
    this.heard = 0; // pieces of news
    this.parent.rows.classList.add("thread-parent");
    put(this.list.before, this.parent.rows, this.cut);
    this.composer = new Composer({ channel, thread: ts, placeholder: t("composer.reply"), say: (text) => this.#say(text) });
    this.composer.onRefusal = (sentence) => this.list.put(slackbotSays(sentence));
    const place = channelOf(channel) ? `#${channelOf(channel).name}` : (dmOf(channel)?.user?.name ?? "");
    this.node = h("aside", { class: "pane thread-pane", "aria-label": t("thread.title"), data: { testid: "thread-pane" } },
      h("header", { class: "pane-head" }, h("h2", {}, t("thread.title")), h("span", { class: "pane-sub", dir: "auto" }, place),
        iconButton("close", t("thread.close"), () => adjust({ t: null }), { testid: "thread-close" })),
      this.list.node, this.composer.node);
    this.stops = [...THREAD_NEWS.map((type) => on(type, (news) => this.#news(type, news))), on("resync", () => this.#load())];
    this.#load();
  }

  leave() {
    for (const stop of this.stops) stop();
    this.composer.leave();
  }

  focus() {
    this.composer.focus();
  }

  async #say(text) {
    const answer = await act("/ui/say", { channel: this.channel, text, thread_ts: this.ts });
    // The live channel may have told of it already, and of what came after.
    if (answer.message && !this.list.has(answer.message.ts)) this.list.put(answer.message);
    this.#count();
    this.list.toBottom();
  }

  async #load() {
    try {
      const heard = this.heard;
      const { messages } = await get("/ui/messages", { as: session.me.id, channel: this.channel, thread: this.ts });
      // What was heard meanwhile is newer than what was read.
      if (heard !== this.heard) return this.#load();
      this.parent.setAll(messages.filter((m) => m.ts === this.ts));
      this.list.setAll(messages.filter((m) => m.ts !== this.ts));
    } catch (refused) {
      this.list.put(slackbotSays(refused.message));
    }
    this.#count();
  }

  #count() {
    const count = [...this.list.messages.values()].filter((m) => !m.ephemeral && !m.deleted).length;
    this.cut.hidden = count === 0;
    this.cut.firstElementChild.textContent = t(count === 1 ? "thread.one" : "thread.many", { count });
  }

  #news(type, news) {
    const message = news.message;
    if ((news.channel ?? message?.channel) !== this.channel) return;
    this.heard += 1;
    const ts = news.ts ?? message?.ts;
    if (type === "message_deleted") {
      if (ts === this.ts) return adjust({ t: null });
      this.list.remove(ts);
    } else if (message?.ts === this.ts) this.parent.put(message);
    else if (message?.thread_ts === this.ts) this.list.put(message);
    this.#count();
  }
}
