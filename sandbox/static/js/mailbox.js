// Mailboxes of everybody: list, reading pane, answers by real SMTP.

import { get, post } from "./api.js";
import { wordButton } from "./buttons.js";
import { h, put, sameData } from "./dom.js";
import { emptyState } from "./empty.js";
import { icon } from "./icons.js";
import { MailReader } from "./mailreader.js";
import { composeMail } from "./mailwriter.js";
import { placeOf, settle } from "./route.js";
import { emit, on, personNamed, session } from "./session.js";
import { t } from "./strings.js";
import { fullMoment, listMoment } from "./time.js";

export class MailView {
  constructor(address) {
    this.address = address;
    this.mails = [];
    this.head = h("header", { class: "view-head" });
    this.list = h("div", { class: "mail-list", role: "listbox", tabindex: "0", "aria-label": t("mail.list") });
    this.reading = h("div", { class: "mail-reading" });
    this.node = h("section", { class: "view mail-view" }, this.head, h("div", { class: "mail-columns" }, this.list, this.reading));
    this.list.addEventListener("keydown", (event) => this.#keyed(event));
    this.stops = [on("mail", () => this.#load()), on("resync", () => this.#load())];
    this.#drawHead();
    this.#load();
  }

  leave() {
    for (const stop of this.stops) stop();
  }

  show(route) {
    if (route.m && route.m !== this.chosen) this.#open(route.m);
  }

  #drawHead() {
    const person = personNamed(this.address);
    const mine = session.me && sameAddress(session.me.email ?? session.me.id, this.address);
    put(this.head, h("span", { class: "view-icon" }, icon("mail")),
      h("h1", { class: "view-title", dir: "auto" }, mine ? t("mail.yours") : (person?.name ?? this.address)),
      h("span", { class: "view-topic" }, h("bdi", {}, this.address)),
      wordButton(t("mail.new"), () => composeMail(this.address), {
        look: "btn btn-primary btn-small head-button", picture: "pencil", testid: "mail-new",
      }));
  }

  async #load() {
    try {
      const { mails } = await get("/ui/mailbox", { address: this.address });
      this.mails = [...mails].sort((a, b) => dateOf(b) - dateOf(a));
    } catch (refused) {
      put(this.list, emptyState("warning", refused.message));
      return;
    }
    this.#drawList();
    if (!this.chosen) this.#drawReading(null);
  }

  #drawList() {
    const focused = this.list.contains(document.activeElement);
    if (!this.mails.length) return put(this.list, emptyState("mail", t("mail.empty")));
    put(this.list, this.mails.map((mail) => this.#row(mail)));
    if (focused) this.list.focus();
  }

  #row(mail) {
    const out = mail.direction === "out";
    const refused = /^refused/.test(mail.status ?? "");
    const chosen = mail.id === this.chosen;
    return h("div", {
      class: `mail-item${mail.read || out ? "" : " is-unread"}${chosen ? " is-on" : ""}`, role: "option", "aria-selected": String(chosen),
      data: { testid: "mail-item", mailId: mail.id, subject: mail.subject }, onclick: () => this.#open(mail.id),
    }, h("div", { class: "mail-line" },
      h("span", { class: "mail-who" }, h("bdi", {}, out ? t("mail.toWhom", { name: nameIn(mail.to) }) : nameIn(mail.from))),
      h("time", { class: "mail-when", title: fullMoment(dateOf(mail)) }, listMoment(dateOf(mail)))),
    h("div", { class: "mail-subject", dir: "auto" }, mail.subject || t("mail.noSubject")),
    h("div", { class: "mail-snippet", dir: "auto" }, refused ? [icon("warning", 14), mail.status] : snippetOf(mail)));
  }

  async #open(id) {
    const mail = this.mails.find((each) => String(each.id) === String(id));
    if (!mail) return;
    this.chosen = mail.id;
    settle({ m: mail.id });
    this.#drawReading(mail);
    if (mail.read || mail.direction === "out") return this.#drawList();
    mail.read = true;
    this.#drawList();
    await post("/ui/mail/read", { address: this.address, id: mail.id }).catch(() => null);
    emit("mailboxes");
  }

  #drawReading(mail) {
    this.node.classList.toggle("is-reading", Boolean(mail));
    if (!mail) return put(this.reading, emptyState("mail", this.mails.length ? t("mail.choose") : t("mail.nothing")));
    put(this.reading, new MailReader(mail, this.address, { onBack: () => this.#backToList() }).node);
  }

  #backToList() {
    this.chosen = null;
    settle({ m: null });
    this.#drawReading(null);
    this.#drawList();
  }

  #keyed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.mails.length) return;
    event.preventDefault();
    const here = this.mails.findIndex((mail) => mail.id === this.chosen);
    const next = this.mails[Math.max(0, Math.min(this.mails.length - 1, here + step))];
    this.#open(next.id);
    this.list.querySelector(".is-on")?.scrollIntoView({ block: "nearest" });
  }
}

/** The column at the left of the mail view: whose mailboxes there are. */
export class MailboxColumn {
  constructor(node) {
    this.node = node;
    this.boxes = [];
    this.wanted = "";
    const find = () => { this.wanted = this.filter.value.toLowerCase(); this.#draw(); };
    this.filter = h("input", { type: "search", class: "side-search", placeholder: t("mail.find"), "aria-label": t("mail.find"), oninput: find });
    this.list = h("ul", { class: "side-list" });
    put(node, h("header", { class: "side-head" }, h("h2", {}, t("mail.boxes"))),
      h("div", { class: "side-filter" }, icon("search", 16), this.filter), h("div", { class: "side-scroll" }, this.list));
    this.stops = ["mail", "mailboxes", "resync"].map((type) => on(type, () => this.#load()));
    this.#load();
  }

  leave() {
    for (const stop of this.stops) stop();
  }

  show(address) {
    this.address = address;
    this.#draw();
  }

  async #load() {
    const answer = await get("/ui/mailboxes").catch(() => null);
    if (!answer) return;
    const boxes = Array.isArray(answer) ? answer : answer.mailboxes;
    if (sameData(boxes, this.boxes)) return;
    this.boxes = boxes;
    this.#draw();
  }

  #draw() {
    const mine = session.me?.email ?? session.me?.id;
    const first = (box) => (sameAddress(box.address, mine) ? 0 : box.unread ? 1 : 2);
    const found = this.boxes.filter((box) => `${box.name} ${box.address}`.toLowerCase().includes(this.wanted));
    found.sort((a, b) => first(a) - first(b) || (a.name || a.address).localeCompare(b.name || b.address));
    put(this.list, found.map((box) => this.#entry(box, sameAddress(box.address, mine))));
  }

  #entry(box, isMine) {
    const chosen = sameAddress(box.address, this.address);
    return h("li", {}, h("a", {
      class: `side-item side-box${chosen ? " is-on" : ""}${box.unread ? " is-unread" : ""}`,
      href: placeOf({ v: "mail", box: box.address }), data: { testid: "mailbox", address: box.address },
    }, h("span", { class: "side-words" },
      h("span", { class: "side-name" }, h("bdi", {}, isMine ? t("mail.yours") : box.name || box.address)),
      h("span", { class: "side-sub" }, box.address)),
    box.unread > 0 && h("span", { class: "badge" }, box.unread)));
  }
}

function sameAddress(a, b) {
  return Boolean(a && b) && a.toLowerCase() === b.toLowerCase();
}

/** "Paul Smith <paul@…>" → "Paul Smith". */
export function nameIn(header) {
  const text = String(header ?? "");
  return text.replace(/\s*<[^>]*>/g, "").replace(/^"|"$/g, "").trim() || text;
}

export function dateOf(mail) {
  return new Date(typeof mail.date === "number" ? mail.date * 1000 : mail.date);
}

function snippetOf(mail) {
  const lines = (mail.text ?? "").split("\n").filter((line) => line.trim() && !line.startsWith(">"));
  return lines.join(" ").slice(0, 140);
}
