// Misbehaviour on demand, to see what the app makes of a bad day.

import { get, post } from "./api.js";
import { wordButton } from "./buttons.js";
import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { popup } from "./layers.js";
import { t } from "./strings.js";

const KINDS = {
  rate: { status: 429 }, server: { status: 500 }, timeout_after: { status: "timeout_after" },
  drop_after: { status: "drop_after" }, drop_before: { status: "drop_before" }, slow: { delay: 2 },
  mailLater: { stage: "data", code: 451 }, mailNever: { stage: "rcpt", code: 550 },
  twice: { deliver_twice: 1 }, socket: { drop_socket: true },
};
const OF_THE_API = new Set(["rate", "server", "timeout_after", "drop_after", "drop_before", "slow"]);
const METHODS = ["*", "chat.postMessage", "chat.update", "views.open", "views.update", "views.publish", "chat.postEphemeral", "users.info"];

export function faultPanel(anchor) {
  const waiting = h("ul", { class: "fault-list" });
  const note = h("p", { class: "field-error", role: "alert" });
  const choice = (label, names, words) => h("select", { class: "field", "aria-label": label },
    names.map((name) => h("option", { value: name }, words(name))));
  const method = choice(t("faults.method"), METHODS, (name) => (name === "*" ? t("faults.any") : name));
  const kind = choice(t("faults.kind"), Object.keys(KINDS), (name) => t(`faults.${name}`));
  const times = h("input", { type: "number", class: "field", min: "1", max: "99", value: "1", "aria-label": t("faults.times") });
  const tell = async (body) => {
    try {
      await post("/ui/faults", body);
      put(note);
    } catch (refused) {
      put(note, refused.message);
    }
    await draw();
  };
  const draw = async () => {
    const answer = await get("/ui/faults").catch(() => null);
    const found = [...(answer?.api ?? []), ...(answer?.smtp ?? [])];
    const lines = found.map((fault) => h("li", {}, icon("bolt", 14), shown(fault)));
    put(waiting, lines.length ? lines : h("li", { class: "hint" }, t("faults.none")));
  };
  const add = (event) => {
    event.preventDefault();
    const number = Number(times.value);
    const what = KINDS[kind.value];
    if (OF_THE_API.has(kind.value)) tell({ method: method.value, times: number, ...what });
    else tell(what.deliver_twice ? { deliver_twice: number } : { times: number, ...what });
  };
  const form = h("form", { class: "fault-box", role: "dialog", "aria-label": t("faults.open"), data: { testid: "fault-box" }, onsubmit: add },
  h("h3", {}, t("faults.title")), h("p", { class: "hint" }, t("faults.explain")), method, kind, times,
  h("div", { class: "fault-foot" }, wordButton(t("faults.clear"), () => tell({ clear: true }), { look: "btn btn-small" }),
    h("button", { type: "submit", class: "btn btn-small btn-primary" }, t("faults.add"))),
  note, waiting);
  kind.addEventListener("change", () => { method.disabled = !OF_THE_API.has(kind.value); });
  popup(anchor, form, { align: "end" });
  draw();
  method.focus();
}

/** "2 × chat.update: 429" */
function shown(fault) {
  const what = fault.status ?? fault.error ?? fault.code ?? `${fault.delay} s`;
  return `${fault.times} × ${fault.method ?? `SMTP ${fault.stage}`}: ${what}`;
}
