// A channel or direct message: header, messages, composer.

import { act, get } from "./api.js";
import { Composer } from "./composer.js";
import { h, put } from "./dom.js";
import { face } from "./faces.js";
import { icon } from "./icons.js";
import { emptyState } from "./empty.js";
import { MessageList, slackbotSays } from "./messagelist.js";
import { plain } from "./mrkdwn.js";
import { channelOf, dmOf, emit, isApp, on, session } from "./session.js";
import { t } from "./strings.js";

const CHANNEL_NEWS = ["message", "message_changed", "message_deleted", "ephemeral", "reaction"];

export class ChannelView {
  constructor(id, { bare = false } = {}) {
    this.id = id;
    this.heard = 0; // pieces of news
    this.head = h("header", { class: "view-head" });
    this.list = new MessageList(id);
    this.composer = new Composer({ channel: id, placeholder: this.#placeholder(), say: (text) => this.say(text) });
    this.composer.onRefusal = (sentence) => this.list.put(slackbotSays(sentence));
    this.node = h("section", { class: "view channel-view", "aria-label": this.#name() },
      !bare && this.head, this.list.node, this.#isSilent() ? h("p", { class: "composer-off" }, t("composer.off")) : this.composer.node);
    this.stops = [
      ...CHANNEL_NEWS.map((type) => on(type, (news) => this.#news(type, news))),
      on("state", () => this.#drawHead()), on("resync", () => this.#load()),
    ];
    this.seen = () => { if (document.visibilityState === "visible") this.#markRead(); };
    document.addEventListener("visibilitychange", this.seen);
    this.#drawHead();
    this.#load({ first: true });
  }

  leave() {
    for (const stop of this.stops) stop();
    document.removeEventListener("visibilitychange", this.seen);
    this.composer.leave();
  }

  focus() {
    this.composer.focus();
  }

  async say(text) {
    const answer = await act("/ui/say", { channel: this.id, text });
    // The live channel may have told of it already, and of what came after.
    if (answer.message && !this.list.has(answer.message.ts)) this.list.put(answer.message);
    this.list.toBottom();
  }

  #name() {
    const channel = channelOf(this.id);
    return channel ? `#${channel.name}` : (dmOf(this.id)?.user?.name ?? this.id);
  }

  // An app says in its manifest whether people can write to it.
  #isSilent() {
    return isApp(dmOf(this.id)?.user?.id) && !session.state.app.takes_messages;
  }

  #placeholder() {
    return t("composer.to", { name: this.#name() });
  }

  #drawHead() {
    const channel = channelOf(this.id);
    const dm = dmOf(this.id);
    put(this.head,
      channel && h("span", { class: "view-icon" }, icon(channel.is_private ? "lock" : "hash")),
      dm && face(dm.user.id, 28),
      h("h1", { class: "view-title", dir: "auto" }, channel?.name ?? dm?.user?.name ?? this.id),
      channel?.topic && h("span", { class: "view-topic", dir: "auto", title: channel.topic }, plain(channel.topic)),
      dm?.user?.title && h("span", { class: "view-topic", dir: "auto" }, dm.user.title),
      channel?.members && h("span", { class: "view-count", title: t("channel.members", { count: channel.members }) },
        icon("people", 18), channel.members));
  }

  async #load({ first = false } = {}) {
    try {
      const heard = this.heard;
      const { messages } = await get("/ui/messages", { as: session.me.id, channel: this.id });
      // What was heard meanwhile is newer than what was read.
      if (heard !== this.heard) return this.#load({ first });
      put(this.list.before, this.#beginning());
      this.list.setAll(messages, { newFrom: first ? this.#firstUnread(messages) : this.list.newFrom });
      if (first) this.list.toBottom();
      await this.#markRead();
    } catch (refused) {
      if (first) put(this.list.before, emptyState("warning", refused.message));
    }
  }

  #firstUnread(messages) {
    const unread = (channelOf(this.id) ?? dmOf(this.id))?.unread ?? 0;
    const others = messages.filter((m) => m.user !== session.me.id && !m.ephemeral);
    return unread > 0 ? (others.at(-unread)?.ts ?? null) : null;
  }

  #beginning() {
    const channel = channelOf(this.id);
    const dm = dmOf(this.id);
    if (dm) {
      return h("div", { class: "beginning" }, face(dm.user.id, 64),
        h("h2", { dir: "auto" }, dm.user.name), h("p", {}, t(dm.is_bot ? "channel.startApp" : "channel.startDm", { name: dm.user.name })));
    }
    return h("div", { class: "beginning" }, h("h2", {}, icon(channel?.is_private ? "lock" : "hash", 26), channel?.name ?? this.id),
      h("p", { dir: "auto" }, channel?.topic ? plain(channel.topic) : t("channel.start")));
  }

  #news(type, news) {
    const message = news.message;
    const channel = news.channel ?? message?.channel;
    if (channel !== this.id) return;
    this.heard += 1;
    if (type === "message_deleted") return this.list.remove(news.ts ?? message?.ts);
    if (!message) return void this.#load();
    const isReply = message.thread_ts && message.thread_ts !== message.ts && !message.broadcast;
    // Its parent comes as news of its own, with the new count.
    if (isReply) return;
    if (message.deleted && !message.reply_count) return this.list.remove(message.ts);
    this.list.put(message);
    if (type === "message") this.#markRead();
  }

  async #markRead() {
    if (document.visibilityState !== "visible") return;
    const place = channelOf(this.id) ?? dmOf(this.id);
    try {
      await act("/ui/read", { channel: this.id });
    } catch {
      return;
    }
    if (place) Object.assign(place, { unread: 0, mentions: 0 });
    emit("state");
  }
}
