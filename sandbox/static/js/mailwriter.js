// Sending mail as a person: answers, and new mails in a dialog of their own.

import { post } from "./api.js";
import { iconButton, wordButton } from "./buttons.js";
import { askYesNo } from "./confirm.js";
import { h, put } from "./dom.js";
import { busyWhile } from "./elements.js";
import { bring, broughtChip } from "./files.js";
import { icon } from "./icons.js";
import { overlay, toast } from "./layers.js";
import { emit, session } from "./session.js";
import { t } from "./strings.js";

export function replySubject(subject) {
  return /^re\s*:/i.test(subject ?? "") ? subject : `Re: ${subject ?? ""}`;
}

export function forwardSubject(subject) {
  return /^(fwd?|tr)\s*:/i.test(subject ?? "") ? subject : `${t("mail.forwardMark")} ${subject ?? ""}`;
}

/** Hand a mail to the server; what it refuses stays on screen with the text. */
export async function sendMail({ button, note, message, onSent }) {
  const empty = !message.text.trim() && !message.files?.length && !message.raw;
  if (empty || button.disabled) return;
  button.disabled = true;
  put(note, t("mail.sending"));
  note.className = "mail-note";
  try {
    await busyWhile(button, () => post("/ui/mail", message));
    put(note, icon("check", 16), t("mail.sent"));
    emit("mail");
    onSent();
  } catch (refused) {
    note.className = "mail-note is-error";
    put(note, icon("warning", 16), t("mail.refused", { why: refused.message }));
  }
  button.disabled = false;
}

/** "Write a new mail" from this address; `given` are fields that are filled already. */
export function composeMail(from, given = {}) {
  const row = (label, node) => h("label", { class: "mail-row" }, h("span", {}, label), node);
  const desk = session.state?.app?.mail ?? session.workspace?.desk_mail ?? "";
  const line = (testid, more) => h("input", { type: "text", class: "field", dir: "auto", data: { testid }, ...more });
  const to = line("mail-to", { required: true, value: desk, list: "mail-addresses" });
  const cc = line("mail-cc", { list: "mail-addresses" });
  const subject = line("mail-subject", { value: given.subject ?? "" });
  const text = h("textarea", { class: "field", rows: "10", dir: "auto", "aria-label": t("mail.text"), data: { testid: "mail-text" } });
  text.value = given.text ?? "";
  const files = new MailFiles(t("mail.attach"), "mail-files", { multiple: true });
  const raw = new MailFiles(t("mail.raw"), "mail-raw", { accept: ".eml,message/rfc822" });
  const note = h("div", { class: "mail-note", role: "status" });
  const send = wordButton(t("mail.send"), null, { look: "btn btn-primary", picture: "send", testid: "mail-send-new", type: "submit" });
  const written = () => text.value.trim() && text.value !== given.text;
  const leaveAsking = async () => { if (!written() || (await sureToDiscard())) leave(); };
  const title = given.forward_id ? t("mail.forward") : t("mail.new");
  const form = h("form", {
    class: "dialog dialog-mail", role: "dialog", "aria-modal": "true", "aria-label": title, data: { testid: "mail-compose" },
  },
    h("header", { class: "dialog-head" }, h("h2", { class: "dialog-title" }, title),
      iconButton("close", t("modal.close"), leaveAsking)),
    h("div", { class: "dialog-body" },
      h("div", { class: "mail-row" }, h("span", {}, t("mail.from")), h("bdi", {}, from)),
      row(t("mail.to"), to), row(t("mail.cc"), cc), row(t("mail.subject"), subject), text,
      h("div", { class: "mail-bring" }, files.node, !given.forward_id && raw.node), addresses()),
    h("footer", { class: "dialog-foot" }, note, send));
  const leave = overlay(h("div", { class: "overlay" }, form), { onEscape: leaveAsking });
  raw.onChange = () => { for (const node of [cc, subject, text, files.input]) node.disabled = raw.ids.length > 0; };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const message = {
      from, to: to.value.trim(), cc: cc.value.trim(), subject: subject.value.trim(), text: text.value,
      files: files.ids, forward_id: given.forward_id, raw: raw.ids[0],
    };
    sendMail({ button: send, note, message, onSent: () => { leave(); toast(t("mail.sent"), "good"); } });
  });
  (given.forward_id ? text : desk ? subject : to).focus();
  text.setSelectionRange(0, 0);
  text.scrollTop = 0;
}

/** Files for a mail: brought to the sandbox at once, shown as chips that can be taken off. */
export class MailFiles {
  #held = [];
  onChange = () => {};

  constructor(label, testid, kind) {
    this.list = h("ul", { class: "file-chips" });
    this.input = h("input", { type: "file", class: "mail-file", "aria-label": label, data: { testid }, ...kind });
    this.node = h("div", { class: "mail-files" },
      h("label", { class: "btn btn-small" }, icon("file", 16), label, this.input), this.list);
    this.input.addEventListener("change", async () => {
      const brought = await Promise.all([...this.input.files].map(bring));
      this.input.value = "";
      this.#hold(kind.multiple ? [...this.#held, ...brought] : brought);
    });
  }

  get ids() {
    return this.#held.map((file) => file.id);
  }

  clear() {
    this.#hold([]);
  }

  #hold(files) {
    this.#held = files;
    put(this.list, files.map((file) => h("li", {}, broughtChip(file, () => this.#hold(this.#held.filter((one) => one !== file))))));
    this.onChange();
  }
}

function sureToDiscard() {
  const words = { title: t("mail.discardTitle"), body: t("mail.discard"), yes: t("mail.discardYes"), no: t("mail.discardNo") };
  return askYesNo({ ...words, danger: true });
}

function addresses() {
  return h("datalist", { id: "mail-addresses" }, session.people.filter((p) => p.email).map((p) => h("option", { value: p.email }, p.name)));
}
