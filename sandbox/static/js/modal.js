// The stack of modals: the top one shows, a back arrow leads to the one below.

import { act } from "./api.js";
import { iconButton, wordButton } from "./buttons.js";
import { focusables, h, newId, put } from "./dom.js";
import { busyWhile } from "./elements.js";
import { appFace, icon } from "./icons.js";
import { overlay } from "./layers.js";
import { plain } from "./mrkdwn.js";
import { reload, session } from "./session.js";
import { t } from "./strings.js";
import { Surface } from "./surface.js";
import { faultsIn } from "./values.js";

const MINE = "frontdesk-sandbox-modals";

let shown = null; // {cover, leave}
let open = []; // ModalView, the top one last

/** After a reload: the forms this window had open, and no other window's. */
export function restoreModals(views) {
  const mine = new Set(JSON.parse(sessionStorage.getItem(MINE) ?? "[]"));
  syncModals(views.filter((view) => mine.has(view.id)));
}

/** Make the screen show exactly these views. */
export function syncModals(views) {
  sessionStorage.setItem(MINE, JSON.stringify(views.map((view) => view.id)));
  const before = new Map(open.map((each) => [each.view.id, each]));
  const top = open.at(-1);
  open = views.map((view) => (before.get(view.id) ?? new ModalView(view)).take(view));
  if (!open.length) return hide();
  if (!shown) show();
  open.forEach((each, i) => each.draw(i));
  if (shown.cover.firstElementChild !== open.at(-1).node) put(shown.cover, open.at(-1).node);
  if (top !== open.at(-1)) open.at(-1).focusFirst();
}

function show() {
  const cover = h("div", { class: "overlay" });
  shown = { cover, leave: overlay(cover, { onEscape: () => open.at(-1)?.close() }) };
}

function hide() {
  if (!shown) return;
  shown.leave();
  shown = null;
  // What opened the form may be gone, as a card that was drawn again.
  if (document.activeElement === document.body) document.querySelector('[data-testid="composer"]')?.focus();
}

class ModalView {
  constructor(view) {
    this.id = newId("modal");
    this.surface = new Surface({ type: "view", view_id: view.id }, { kind: "modal", onTrouble: (words) => this.#banner(words) });
    this.header = h("header", { class: "dialog-head" });
    this.trouble = h("div", { class: "banner", role: "alert", hidden: true, data: { testid: "modal-trouble" } });
    this.body = h("div", { class: "dialog-body modal-body" }, this.surface.node);
    this.foot = h("footer", { class: "dialog-foot" });
    this.node = h("form", {
      class: "dialog modal", role: "dialog", "aria-modal": "true", "aria-labelledby": this.id, novalidate: true,
      data: { testid: "modal", viewId: view.id },
      onsubmit: (event) => { event.preventDefault(); this.submit(); },
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.submit(); }
      },
    }, this.header, this.trouble, this.body, this.foot);
  }

  take(view) {
    this.next = view;
    return this;
  }

  draw(depth) {
    const drawn = this.view;
    if (drawn?.hash === this.next.hash && drawn.id === this.next.id && this.depth === depth) return;
    this.view = this.next;
    this.depth = depth;
    this.node.dataset.callbackId = this.view.callback_id ?? "";
    this.surface.adopt(this.view.state?.values);
    this.surface.render(this.view.blocks);
    this.#drawFrame(depth);
  }

  #drawFrame(depth) {
    const { title, submit, close, submit_disabled: off } = this.view;
    const hadFocus = this.#focusedButton();
    put(this.header,
      depth > 0
        ? iconButton("back", t("modal.back"), () => this.close(), { testid: "modal-back" })
        : h("span", { class: "dialog-face" }, appFace()),
      h("h2", { class: "dialog-title", id: this.id, dir: "auto" }, plain(title.text)),
      iconButton("close", t("modal.close"), () => this.close(true), { testid: "modal-close" }));
    const words = (text) => h("span", { class: "btn-words", dir: "auto" }, text);
    this.button = submit && wordButton(words(plain(submit.text)), null, {
      look: "btn btn-primary", type: "submit", disabled: off === true, testid: "modal-submit",
    });
    const leave = () => this.close(this.view.clear_on_close);
    put(this.foot, wordButton(words(close ? plain(close.text) : t("modal.close")), leave, { testid: "modal-cancel" }), this.button);
    if (hadFocus) this.node.querySelector(`[data-testid="${hadFocus}"]`)?.focus();
  }

  /** A redrawn frame gives the focus back to the button that had it. */
  #focusedButton() {
    const here = document.activeElement;
    return here && (this.header.contains(here) || this.foot.contains(here)) ? here.dataset.testid : null;
  }

  focusFirst() {
    const wanted = this.body.querySelector("[autofocus]") ?? focusables(this.body)[0];
    (wanted ?? this.button ?? focusables(this.node)[0])?.focus({ preventScroll: !wanted });
  }

  async submit() {
    if (!this.button || this.button.disabled || this.sending) return;
    const faults = faultsIn(this.surface);
    this.#banner(null);
    if (Object.keys(faults).length) return this.surface.showErrors(faults);
    this.sending = true;
    this.surface.showErrors({});
    try {
      const answer = await busyWhile(this.button, () => act("/ui/submit", { view_id: this.view.id, state: this.surface.state() }));
      await this.#answered(answer);
    } catch (refused) {
      this.#banner(refused.message);
    }
    this.sending = false;
  }

  async #answered(answer) {
    if (answer.trouble) return this.#banner(t("modal.trouble"));
    if (answer.errors) {
      const known = new Set(this.view.blocks.map((block) => block.block_id));
      const lost = Object.entries(answer.errors).filter(([id]) => !known.has(id));
      if (lost.length) this.#banner(lost.map(([, words]) => words).join(" "));
      return this.surface.showErrors(answer.errors);
    }
    await refresh();
  }

  async close(all = false) {
    const body = { view_id: this.view.id, clear: Boolean(all) };
    try {
      await act("/ui/close", body);
    } catch {
      // The person wants out; an app that does not hear of it cannot hold them back.
    }
    await refresh();
  }

  #banner(words) {
    this.trouble.hidden = !words;
    put(this.trouble, words && [icon("warning", 18), h("span", {}, words)]);
  }
}

/** Read the stack again, in case the live channel is down. */
async function refresh() {
  try {
    await reload();
    syncModals(session.state?.views ?? []);
  } catch {
    syncModals([]);
  }
}
