// Sending mail as a person: answers, and new mails in a dialog of their own.

import { post } from "./api.js";
import { iconButton, wordButton } from "./buttons.js";
import { askYesNo } from "./confirm.js";
import { h, put } from "./dom.js";
import { busyWhile } from "./elements.js";
import { icon } from "./icons.js";
import { overlay, toast } from "./layers.js";
import { emit, session } from "./session.js";
import { t } from "./strings.js";

export function replySubject(subject) {
  return /^re\s*:/i.test(subject ?? "") ? subject : `Re: ${subject ?? ""}`;
}

/** Hand a mail to the server; what it refuses stays on screen with the text. */
export async function sendMail({ button, note, message, onSent }) {
  if (!message.text.trim() || button.disabled) return;
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

/** "Write a new mail" from this address. */
export function composeMail(from) {
  const row = (label, node) => h("label", { class: "mail-row" }, h("span", {}, label), node);
  const desk = session.state?.app?.mail ?? session.workspace?.desk_mail ?? "";
  const to = h("input", { type: "email", class: "field", required: true, value: desk, list: "mail-addresses", data: { testid: "mail-to" } });
  const subject = h("input", { type: "text", class: "field", dir: "auto", data: { testid: "mail-subject" } });
  const text = h("textarea", { class: "field", rows: "10", dir: "auto", "aria-label": t("mail.text"), data: { testid: "mail-text" } });
  const note = h("div", { class: "mail-note", role: "status" });
  const send = wordButton(t("mail.send"), null, { look: "btn btn-primary", picture: "send", testid: "mail-send-new", type: "submit" });
  const leaveAsking = async () => { if (!text.value.trim() || (await sureToDiscard())) leave(); };
  const form = h("form", {
    class: "dialog dialog-mail", role: "dialog", "aria-modal": "true", "aria-label": t("mail.new"), data: { testid: "mail-compose" },
  },
    h("header", { class: "dialog-head" }, h("h2", { class: "dialog-title" }, t("mail.new")),
      iconButton("close", t("modal.close"), leaveAsking)),
    h("div", { class: "dialog-body" },
      h("div", { class: "mail-row" }, h("span", {}, t("mail.from")), h("bdi", {}, from)),
      row(t("mail.to"), to), row(t("mail.subject"), subject), text, addresses()),
    h("footer", { class: "dialog-foot" }, note, send));
  const leave = overlay(h("div", { class: "overlay" }, form), { onEscape: leaveAsking });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendMail({
      button: send, note, message: { from, to: to.value.trim(), subject: subject.value.trim(), text: text.value },
      onSent: () => { leave(); toast(t("mail.sent"), "good"); },
    });
  });
  (desk ? subject : to).focus();
}

function sureToDiscard() {
  const words = { title: t("mail.discardTitle"), body: t("mail.discard"), yes: t("mail.discardYes"), no: t("mail.discardNo") };
  return askYesNo({ ...words, danger: true });
}

function addresses() {
  return h("datalist", { id: "mail-addresses" }, session.people.filter((p) => p.email).map((p) => h("option", { value: p.email }, p.name)));
}
