// The page: bar, rail, sidebar, the view in the middle, the pane at the right.

import { chooser, personaSwitch } from "./persona.js";
import { iconButton, wordButton } from "./buttons.js";
import { ChannelView } from "./channel.js";
import { h, put } from "./dom.js";
import { emptyState } from "./empty.js";
import { AppView } from "./home.js";
import { icon } from "./icons.js";
import { listen } from "./live.js";
import { MailboxColumn, MailView } from "./mailbox.js";
import { restoreModals, syncModals } from "./modal.js";
import { placeOf, readRoute, settle } from "./route.js";
import { appDm, become, channelOf, dmOf, loadPeople, on, personNamed, reload, session } from "./session.js";
import { drawSidebar } from "./sidebar.js";
import { language, onSpeak, speak, t } from "./strings.js";
import { ThreadPane } from "./thread.js";
import { TrafficView } from "./traffic.js";
import { rememberWelcomed, wantsWelcome, welcomePane } from "./welcome.js";

const VIEW_NEWS = ["view_opened", "view_updated", "view_pushed", "view_closed"];
const COUNTED_NEWS = ["message", "message_deleted", "unread", "mail", "mailboxes", "user_change", "channel"];

const page = { bar: null, rail: null, side: null, main: null, pane: null, lost: null };
let current = { key: null, view: null };
let pane = { key: null, view: null };
let boxes = null;
let welcoming = false;

async function start() {
  frame();
  try {
    await loadPeople();
  } catch (refused) {
    put(page.main, emptyState("warning", refused.message));
    return void setTimeout(start, 2000);
  }
  welcoming = wantsWelcome();
  subscribe();
  await follow();
}

function frame() {
  page.bar = h("header", { class: "bar" });
  page.rail = h("nav", { class: "rail", "aria-label": t("rail.views") });
  page.side = h("nav", { class: "side", "aria-label": t("bar.menu"), data: { testid: "sidebar" } });
  page.main = h("main", { class: "main" });
  page.pane = h("div", { class: "pane-slot", hidden: true });
  page.lost = h("div", { class: "lost", role: "status", hidden: true });
  put(document.getElementById("app"), page.bar, page.rail, h("div", { class: "sheet" }, page.side, page.main, page.pane), page.lost);
}

function subscribe() {
  addEventListener("hashchange", follow);
  on("state", () => { drawAround(); });
  on("live:down", () => { page.lost.hidden = false; put(page.lost, t("live.down")); });
  on("live:up", () => { page.lost.hidden = true; });
  on("resync", () => refreshState().then(showModals));
  for (const type of VIEW_NEWS) on(type, (news) => { if (news.views) syncModals(news.views); else refreshState().then(showModals); });
  for (const type of COUNTED_NEWS) on(type, soon);
  onSpeak(redrawAll);
}

let counting = null;

/** Counts in the sidebar follow a little later, once for a burst of news. */
function soon() {
  clearTimeout(counting);
  counting = setTimeout(refreshState, 150);
}

async function refreshState() {
  if (!session.me?.slack) return;
  await reload().catch(() => null);
}

function showModals() {
  restoreModals(session.state?.views ?? []);
}

/** Go where the address bar says. */
async function follow() {
  const route = readRoute();
  const person = route.as ? personNamed(route.as) : null;
  if (!person) return showChooser();
  if (person.id !== session.me?.id) await enter(person);
  if (readRoute().as !== route.as) return;
  if (person.slack && !session.state) return;
  if (!person.slack && !["mail", "traffic"].includes(route.v)) {
    settle({ v: "mail", box: person.email ?? person.id });
    return follow();
  }
  if (person.slack && !route.v && !(channelOf(route.c) || dmOf(route.c))) {
    settle({ c: firstPlace(), t: null });
    return follow();
  }
  showRoute(route);
}

async function enter(person) {
  leaveAll();
  if (session.me) syncModals([]);
  try {
    await become(person);
  } catch (refused) {
    put(page.main, emptyState("warning", refused.message));
    return;
  }
  await listen();
  showModals();
}

function firstPlace() {
  const { channels, dms } = session.state;
  const busy = channels.find((channel) => channel.unread > 0);
  return (busy ?? channels[0] ?? dms[0])?.id;
}

function showChooser() {
  leaveAll();
  session.me = null;
  session.state = null;
  put(page.main, chooser());
  drawAround();
  showPane(readRoute());
}

function leaveAll() {
  current.view?.leave?.();
  pane.view?.leave?.();
  boxes?.leave();
  current = { key: null, view: null };
  pane = { key: null, view: null };
  boxes = null;
  page.pane.hidden = true;
  put(page.pane);
}

function showRoute(route) {
  const name = route.v ?? "channel";
  const key = JSON.stringify([route.as, name, name === "channel" ? route.c : null, name === "mail" ? route.box : null]);
  if (key !== current.key) {
    current.view?.leave?.();
    current = { key, view: viewFor(name, route) };
    put(page.main, current.view.node);
  }
  current.view.show?.(route);
  drawAround();
  showPane(route);
  if (name === "channel" && !route.t && !document.querySelector(".overlay")) current.view.focus?.();
}

function viewFor(name, route) {
  if (name === "mail") return route.box || session.me.email ? new MailView(route.box ?? session.me.email) : noMailbox();
  if (name === "traffic") return new TrafficView();
  if (name === "app" && session.state?.app) return new AppView();
  return new ChannelView(route.c);
}

/** A guest has no address: all they can do here is read other people's mail. */
function noMailbox() {
  return { node: h("section", { class: "view" }, emptyState("mail", t("mail.noAddress"))) };
}

/** The thread wins over the help: it was asked for last. */
function showPane(route) {
  const channel = route.v === "app" ? appDm()?.id : route.c;
  const wantsThread = route.t && channel && (route.v ?? "app") === "app";
  const key = wantsThread ? `${route.as} ${channel} ${route.t}` : welcoming ? `help ${language()}` : null;
  if (key === pane.key) return;
  pane.view?.leave?.();
  pane = { key, view: null };
  if (wantsThread) pane.view = new ThreadPane(channel, route.t);
  const node = pane.view?.node ?? (key ? welcomePane(() => welcome(false)) : null);
  page.pane.hidden = !node;
  put(page.pane, node);
  pane.view?.focus();
}

function welcome(wanted) {
  welcoming = wanted;
  if (!wanted) rememberWelcomed();
  if (wanted && readRoute().t) settle({ t: null });
  showPane(readRoute());
  drawRail();
  if (!wanted) current.view?.focus?.();
}

function drawAround() {
  drawBar();
  drawRail();
  drawSide();
  const unread = session.state ? session.state.dms.reduce((sum, dm) => sum + dm.unread, session.state.mail_unread ?? 0) : 0;
  document.title = [unread ? `(${unread})` : "", session.me?.name, session.workspace.name || "Frontdesk"].filter(Boolean).join(" · ");
  document.documentElement.lang = language();
}

let barDrawn = null;

function drawBar() {
  const seen = JSON.stringify([session.me?.id, session.me?.name, session.workspace.name, language()]);
  if (seen === barDrawn) return;
  barDrawn = seen;
  const other = language() === "fr" ? "en" : "fr";
  put(page.bar,
    iconButton("bullets", t("bar.menu"), () => document.body.classList.toggle("side-open"), { look: "bar-btn bar-menu" }),
    h("span", { class: "bar-name" }, h("bdi", {}, session.workspace.name), h("span", { class: "bar-kind" }, t("bar.sandbox"))),
    personaSwitch(),
    h("span", { class: "bar-end" },
      wordButton(t(`language.${other}`), () => speak(other), { look: "bar-btn", lang: other, title: t("language.switch"), testid: "language" })));
}

function drawRail() {
  const route = readRoute();
  const me = session.me;
  const where = route.v ?? "channel";
  const inside = (name, picture, badge = 0) => [
    h("span", { class: "rail-picture" }, icon(picture, 20), badge > 0 && h("span", { class: "badge" }, badge)),
    h("span", {}, t(`rail.${name}`)),
  ];
  const look = (on, more = "") => `rail-item${more}${on ? " is-on" : ""}`;
  const link = (name, picture, href, on, badge) => h("a", {
    class: look(on), href, data: { testid: `rail-${name}` }, "aria-current": on ? "page" : null,
  }, inside(name, picture, badge));
  put(page.rail,
    me?.slack && link("slack", "home", placeOf({}), where === "channel" || where === "app"),
    me && link("mail", "mail", placeOf({ v: "mail", box: me.email ?? undefined }), where === "mail", session.state?.mail_unread ?? 0),
    me && link("traffic", "traffic", placeOf({ v: "traffic" }), where === "traffic"),
    wordButton(inside("help", "help"), () => welcome(!welcoming), {
      look: look(welcoming, " rail-help"), "aria-pressed": String(welcoming), testid: "help",
    }));
}

function drawSide() {
  const route = readRoute();
  const inMail = Boolean(session.me) && (route.v === "mail" || !session.me.slack);
  page.side.hidden = !session.me;
  if (!session.me) return;
  if (inMail) {
    boxes ??= new MailboxColumn(page.side);
    return boxes.show(route.box ?? session.me.email);
  }
  boxes?.leave();
  boxes = null;
  if (session.state) drawSidebar(page.side);
}

/** Another language: everything is drawn again where we are. */
function redrawAll() {
  leaveAll();
  frame();
  barDrawn = null;
  follow();
}

addEventListener("hashchange", () => document.body.classList.remove("side-open"));
start().catch((broken) => {
  put(page.main, emptyState("warning", String(broken.message ?? broken)));
  throw broken;
});

