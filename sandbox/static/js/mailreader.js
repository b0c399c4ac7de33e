// One mail opened: HTML in a locked frame, text, headers, and the box to answer in.

import { iconButton, wordButton } from "./buttons.js";
import { h, put } from "./dom.js";
import { mailChips } from "./files.js";
import { icon } from "./icons.js";
import { growing } from "./inputs.js";
import { outsideLink } from "./mrkdwn.js";
import { composeMail, forwardSubject, MailFiles, replySubject, sendMail } from "./mailwriter.js";
import { dateOf, nameIn } from "./mailbox.js";
import { t } from "./strings.js";
import { longMoment } from "./time.js";

const LOCKED = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`;

let scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
let wantedTab = "html";

export class MailReader {
  constructor(mail, address, { onBack }) {
    Object.assign(this, { mail, address });
    this.body = h("div", { class: "mail-body" });
    this.tabs = h("div", { class: "mail-tabs", role: "tablist" });
    const refused = /^refused/.test(mail.status ?? "");
    this.node = h("article", { class: "mail-open", data: { testid: "mail-open" } },
      h("header", { class: "mail-head" },
        iconButton("back", t("mail.back"), onBack, { look: "icon-btn mail-back" }),
        h("div", { class: "mail-titles" }, h("h2", { dir: "auto" }, mail.subject || t("mail.noSubject")), this.#people()),
        iconButton("forward", t("mail.forward"), () => this.#forward(), { testid: "mail-forward" })),
      refused && h("div", { class: "banner", role: "alert" }, icon("warning", 18), h("span", {}, mail.status)),
      this.tabs, this.body, mailChips(mail, address), this.#answerBox());
    this.#show(this.#firstTab());
  }

  #people() {
    const line = (label, who) => who && h("div", {}, h("span", { class: "mail-key" }, label), h("bdi", {}, listed(who)));
    return h("div", { class: "mail-people" },
      line(t("mail.from"), this.mail.from), line(t("mail.to"), this.mail.to), line(t("mail.cc"), this.mail.cc),
      h("div", {}, h("span", { class: "mail-key" }, t("mail.date")), longMoment(dateOf(this.mail))));
  }

  #firstTab() {
    if (wantedTab === "headers") return "headers";
    return this.mail.html && wantedTab === "html" ? "html" : "text";
  }

  #show(tab) {
    const names = [this.mail.html && "html", "text", "headers"].filter(Boolean);
    put(this.tabs, names.map((name) => h("button", {
      type: "button", class: `tab${name === tab ? " is-on" : ""}`, role: "tab", "aria-selected": String(name === tab),
      data: { testid: `mail-tab-${name}` }, onclick: () => { wantedTab = name; this.#show(name); },
    }, t(`mail.${name}`))), tab === "html" && this.#schemeSwitch());
    const draw = { html: () => this.#frame(), text: () => textBody(this.mail.text), headers: () => headerTable(this.mail.headers) };
    put(this.body, draw[tab]());
    this.body.dataset.tab = tab;
  }

  #schemeSwitch() {
    return h("button", {
      type: "button", class: "btn btn-small mail-scheme", data: { testid: "mail-scheme", scheme },
      onclick: () => { scheme = scheme === "dark" ? "light" : "dark"; this.#show("html"); },
    }, icon(scheme === "dark" ? "sun" : "moon", 16), t(scheme === "dark" ? "mail.light" : "mail.dark"));
  }

  /** No scripts, no forms, no origin, nothing from elsewhere: whatever a mail holds stays in there. */
  #frame() {
    const frame = h("iframe", {
      class: "mail-frame", title: t("mail.html"), sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer",
      srcdoc: `${LOCKED}<base target="_blank"><style>:root{color-scheme:${scheme}}</style>${this.mail.html}`,
      data: { testid: "mail-frame" },
    });
    frame.style.colorScheme = scheme;
    frame.style.background = scheme === "dark" ? "#1c1c1c" : "#fff";
    return frame;
  }

  /** As mail programs write it in the language of this page. */
  #forward() {
    const { mail } = this;
    const head = [[t("mail.from"), mail.from], [t("mail.date"), longMoment(dateOf(mail))], [t("mail.subject"), mail.subject], [t("mail.to"), listed(mail.to)]];
    const lines = head.map(([label, value]) => t("mail.headLine", { label, value }));
    const text = `\n\n${t("mail.forwardLine")}\n${lines.join("\n")}\n\n${mail.text ?? ""}`;
    composeMail(this.address, { subject: forwardSubject(mail.subject), text, forward_id: mail.id });
  }

  #answerBox() {
    const incoming = this.mail.direction !== "out";
    if (!incoming) return null;
    const to = replyAddress(this.mail);
    const label = t("mail.answerTo", { name: nameIn(to) });
    const box = h("textarea", { class: "field", rows: "3", dir: "auto", placeholder: label, "aria-label": label, data: { testid: "mail-reply" } });
    const note = h("div", { class: "mail-note", role: "status" });
    const button = wordButton(t("mail.send"), () => send(), { look: "btn btn-primary", picture: "send", testid: "mail-send" });
    const files = new MailFiles(t("mail.attach"), "mail-reply-files", { multiple: true });
    growing(box, 240);
    const send = () => sendMail({
      button, note,
      message: { from: this.address, to, subject: replySubject(this.mail.subject), text: box.value, files: files.ids, reply_to_id: this.mail.id },
      onSent: () => { box.value = ""; files.clear(); box.dispatchEvent(new Event("input")); },
    });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(); });
    return h("footer", { class: "mail-answer" }, h("div", { class: "mail-answer-to" }, icon("reply", 16), h("bdi", {}, to)), box,
      h("div", { class: "mail-answer-foot" }, files.node, note, h("span", { class: "hint" }, t("mail.keys")), button));
  }
}

function replyAddress(mail) {
  const header = mail.headers?.find(([name]) => name.toLowerCase() === "reply-to");
  return header?.[1] || mail.from;
}

function listed(who) {
  return Array.isArray(who) ? who.join(", ") : who;
}

/** Plain text with its quotes set back and its links alive. */
function textBody(text) {
  const node = h("div", { class: "mail-text", dir: "auto" });
  for (const line of String(text ?? "").split("\n")) {
    const depth = /^(?:>\s?)+/.exec(line)?.[0].replace(/\s/g, "").length ?? 0;
    const words = depth ? line.replace(/^(?:>\s?)+/, "") : line;
    node.append(h("div", { class: depth ? "mail-quote" : "mail-plain", dir: "auto", style: { "--depth": depth } }, linked(words)));
  }
  return node;
}

function linked(line) {
  return line.split(/(https?:\/\/[^\s<>"]+)/).map((part, i) => (i % 2 ? outsideLink(part, part) : part));
}

function headerTable(headers) {
  return h("table", { class: "mail-headers" }, h("tbody", {}, (headers ?? []).map(([name, value]) =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));
}
