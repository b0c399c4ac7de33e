// "Are you sure?", in the app's words.

import { wordButton } from "./buttons.js";
import { h, newId } from "./dom.js";
import { overlay } from "./layers.js";
import { plain, textOf } from "./mrkdwn.js";
import { t } from "./strings.js";

/** Ask with a Block Kit confirm object; true when the person agreed. */
export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  return askYesNo({
    title: plain(confirm.title?.text ?? t("confirm.title")),
    body: textOf(confirm.text),
    yes: plain(confirm.confirm?.text ?? t("confirm.yes")),
    no: plain(confirm.deny?.text ?? t("confirm.no")),
    danger: confirm.style === "danger",
  });
}

export function askYesNo({ title, body, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const answer = (value) => { leave(); resolve(value); };
    const id = newId("confirm");
    const decline = wordButton(no, () => answer(false), { testid: "confirm-no" });
    const agree = wordButton(yes, () => answer(true), { look: `btn ${danger ? "btn-danger" : "btn-primary"}`, testid: "confirm-yes" });
    const box = h("div", {
      class: "dialog dialog-small", role: "alertdialog", "aria-modal": "true", "aria-labelledby": id, data: { testid: "confirm" },
    },
      h("h2", { id, class: "dialog-title", dir: "auto" }, title),
      h("div", { class: "dialog-body", dir: "auto" }, body),
      h("footer", { class: "dialog-foot" },
        decline, agree));
    const leave = overlay(h("div", { class: "overlay overlay-top" }, box), { onEscape: () => answer(false) });
    // Enter must not do what cannot be undone.
    (danger ? decline : agree).focus();
  });
}
