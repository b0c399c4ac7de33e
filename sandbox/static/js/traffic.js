// Everything said between the app and Slack, as it happens.

import { get } from "./api.js";
import { iconButton, wordButton } from "./buttons.js";
import { debounce, h, put } from "./dom.js";
import { emptyState } from "./empty.js";
import { faultPanel } from "./faults.js";
import { icon } from "./icons.js";
import { jsonTree } from "./jsontree.js";
import { nameOf, on } from "./session.js";
import { t } from "./strings.js";
import { clock, fullMoment } from "./time.js";

const MOST = 1000; // rows kept on screen

export class TrafficView {
  constructor() {
    this.records = [];
    this.rows = new Map();
    this.paused = false;
    this.body = h("tbody", {});
    this.filter = h("input", {
      type: "search", class: "field", placeholder: t("traffic.filter"), "aria-label": t("traffic.filter"), data: { testid: "traffic-filter" },
      oninput: debounce(80, () => this.#redraw()),
    });
    this.direction = h("select", {
      class: "field", "aria-label": t("traffic.direction"), data: { testid: "traffic-direction" }, onchange: () => this.#redraw(),
    }, ["all", "to bot", "from bot", "errors"].map((name) => h("option", { value: name }, t(`traffic.${name.replace(" ", "_")}`))));
    this.detail = h("div", { class: "traffic-detail", hidden: true, data: { testid: "traffic-detail" } });
    this.empty = h("div", {});
    this.node = h("section", { class: "view traffic-view" }, this.#head(),
      h("div", { class: "traffic-columns" }, h("div", { class: "traffic-scroll" }, this.#table(), this.empty), this.detail));
    this.stops = [on("traffic", (news) => (news.record ? this.#arrived([news.record]) : this.#load())), on("resync", () => this.#load())];
    this.#load();
  }

  leave() {
    for (const stop of this.stops) stop();
  }

  #head() {
    const small = (words, run, picture, more = {}) => wordButton(words, run, { look: "btn btn-small", picture, ...more });
    const pause = small(t("traffic.pause"), () => this.#pause(pause), "pause", { "aria-pressed": "false" });
    const faults = small(t("faults.open"), () => faultPanel(faults), "bolt", { "aria-haspopup": "dialog", testid: "faults" });
    return h("header", { class: "view-head" },
      h("span", { class: "view-icon" }, icon("traffic")), h("h1", { class: "view-title" }, t("traffic.title")),
      h("div", { class: "traffic-tools" }, this.filter, this.direction, pause,
        small(t("traffic.clear"), () => this.#clear(), "trash"), faults));
  }

  #table() {
    const columns = ["time", "direction", "what", "who", "status", "ms"];
    const heads = columns.map((name) => h("th", { scope: "col", class: `t-${name}` }, t(`traffic.${name}`)));
    return h("table", { class: "traffic-table" }, h("thead", {}, h("tr", {}, heads)), this.body);
  }

  async #load() {
    const after = this.records.at(-1)?.id ?? 0;
    const answer = await get("/ui/traffic", { after }).catch(() => null);
    if (answer) this.#arrived(answer.records);
  }

  #arrived(records) {
    const last = this.records.at(-1)?.id ?? 0;
    const fresh = records.filter((record) => record.id > last);
    this.records = [...this.records, ...fresh].slice(-MOST);
    if (!this.paused) this.#redraw();
  }

  #pause(button) {
    this.paused = !this.paused;
    button.setAttribute("aria-pressed", String(this.paused));
    put(button, icon(this.paused ? "play" : "pause", 16), t(this.paused ? "traffic.resume" : "traffic.pause"));
    if (!this.paused) this.#redraw();
  }

  /** The server keeps its records; this page starts its list again from here. */
  #clear() {
    const last = this.records.at(-1);
    this.records = last ? [{ ...last, hidden: true }] : [];
    this.rows.clear();
    this.#choose(null);
    this.#redraw();
  }

  #redraw() {
    const wanted = this.filter.value.trim().toLowerCase();
    const found = this.records.filter((record) => this.#fits(record, wanted)).reverse();
    put(this.body, found.map((record) => this.#row(record)));
    put(this.empty, !found.length && emptyState("traffic", t(this.records.length > 1 ? "traffic.noneFit" : "traffic.none")));
  }

  #fits(record, wanted) {
    if (record.hidden) return false;
    const kind = this.direction.value;
    if (kind === "errors" ? !failed(record) : kind !== "all" && record.direction !== kind) return false;
    if (!wanted) return true;
    record.words ??= JSON.stringify([record.kind, record.who, nameOf(record.who), record.status, record.request, record.response]).toLowerCase();
    return record.words.includes(wanted);
  }

  #row(record) {
    const known = this.rows.get(record.id);
    if (known) return known;
    const toBot = record.direction === "to bot";
    const at = new Date(record.at * 1000);
    const row = h("tr", {
      class: failed(record) ? "is-failed" : "", tabindex: "0", data: { testid: "traffic-row", kind: record.kind, recordId: record.id },
      onclick: () => this.#choose(record), onkeydown: (event) => this.#keyed(event, record),
    },
    h("td", { class: "t-time", title: fullMoment(at) }, clock(at, { second: "2-digit", fractionalSecondDigits: 3 })),
    h("td", { class: "t-direction" }, h("span", { class: `way ${toBot ? "way-in" : "way-out"}` }, t(toBot ? "traffic.in" : "traffic.out"))),
    h("td", { class: "t-what" }, record.kind), h("td", { class: "t-who" }, h("bdi", {}, record.who ? nameOf(record.who) : "")),
    h("td", { class: "t-status" }, statusOf(record)), h("td", { class: "t-ms" }, Math.round(record.ms)));
    this.rows.set(record.id, row);
    return row;
  }

  #keyed(event, record) {
    const row = event.currentTarget;
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (next) { event.preventDefault(); next.focus(); if (!this.detail.hidden) next.click(); }
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.#choose(record); }
  }

  #choose(record) {
    for (const row of this.body.querySelectorAll(".is-on")) row.classList.remove("is-on");
    this.detail.hidden = !record;
    if (!record) return;
    this.rows.get(record.id)?.classList.add("is-on");
    const shown = (value) => (value ?? null) === null ? h("p", { class: "hint" }, t("traffic.nothing")) : jsonTree(value);
    const part = (title, value) => h("section", {}, h("h3", {}, title), shown(value));
    put(this.detail, h("header", { class: "pane-head" }, h("h2", {}, record.kind),
      iconButton("close", t("modal.close"), () => this.#choose(null))),
    h("div", { class: "traffic-json" },
      part(t("traffic.request"), record.request), part(t("traffic.response", { status: record.status }), record.response)));
  }
}

function failed(record) {
  const status = Number(record.status);
  const wentWrong = Number.isNaN(status) && !/^(ok|acked|ack|sent|delivered)$/i.test(record.status);
  return status >= 400 || wentWrong || record.response?.ok === false;
}

function statusOf(record) {
  return record.response?.ok === false && record.response.error ? `${record.status} ${record.response.error}` : String(record.status);
}
