// The aubergine column: channels, direct messages, the app, one's mail.

import { act } from "./api.js";
import { iconButton } from "./buttons.js";
import { h, put } from "./dom.js";
import { face } from "./faces.js";
import { appFace, icon } from "./icons.js";
import { toast } from "./layers.js";
import { openMenu } from "./menu.js";
import { go, placeOf, readRoute } from "./route.js";
import { appDm, reload, session } from "./session.js";
import { t } from "./strings.js";

let watched = null;
let pressed = false;
let due = false;

/** While it is pressed it stays as it is: a link that is replaced meanwhile would not be followed. */
export function drawSidebar(node) {
  watch(node);
  if (pressed) due = true;
  else draw(node);
}

function watch(node) {
  if (node === watched) return;
  watched = node;
  node.addEventListener("pointerdown", () => { pressed = true; });
  for (const over of ["pointerup", "pointercancel"]) addEventListener(over, () => setTimeout(release, 0, node));
}

function release(node) {
  pressed = false;
  if (!due) return;
  due = false;
  draw(node);
}

function draw(node) {
  const { state, workspace, me } = session;
  const route = readRoute();
  const dms = state.dms.filter((dm) => !dm.is_bot);
  put(node,
    h("header", { class: "side-head" }, h("h2", { dir: "auto" }, workspace.name)),
    h("div", { class: "side-scroll" },
      me.email && h("ul", { class: "side-list" }, mailEntry(route)),
      part(t("side.channels"), state.channels.filter((c) => !c.is_archived).map((channel) => channelEntry(channel, route)),
        (state.joinable ?? []).length > 0 && adder("add-channel", t("side.addChannel"), joinMenu)),
      part(t("side.dms"), dms.map((dm) => dmEntry(dm, route)), adder("add-dm", t("side.addDm"), directMenu)),
      state.app && part(t("side.apps"), [appEntry(route)])));
}

function part(title, entries, more = null) {
  return (entries.length > 0 || more) && h("section", { class: "side-part" },
    h("div", { class: "side-title" }, h("h3", {}, title), more), h("ul", { class: "side-list" }, entries));
}

function adder(testid, label, open) {
  const button = iconButton("plus", label, () => open(button), {
    look: "side-add", size: 16, "aria-haspopup": "menu", "aria-expanded": "false", testid,
  });
  return button;
}

/** Public channels one is not in yet. */
function joinMenu(anchor) {
  openMenu(anchor, session.state.joinable.map((channel) => ({
    label: channel.name, hint: channel.topic, icon: "hash", data: { testid: "join", name: channel.name },
    run: () => settleIn(act("/ui/join", { channel: channel.id }), channel.id),
  })), { label: t("side.addChannel") });
}

function directMenu(anchor) {
  const known = new Set(session.state.dms.map((dm) => dm.user.id));
  const people = Object.values(session.state.users).filter((user) => user.slack && !user.is_bot && !user.deleted);
  const others = people.filter((user) => user.id !== session.me.id && !known.has(user.id));
  openMenu(anchor, others.sort((a, b) => a.name.localeCompare(b.name)).map((user) => ({
    label: user.name, hint: user.title, icon: face(user.id, 24), data: { testid: "direct", name: user.name },
    run: () => settleIn(act("/ui/direct", { user: user.id })),
  })), { label: t("side.addDm") });
}

/** Go to a place that is ours from now on. */
async function settleIn(asking, place = null) {
  try {
    const answer = await asking;
    await reload();
    go({ c: place ?? answer.channel });
  } catch (refused) {
    toast(refused.message);
  }
}

function entry({ href, chosen, picture, name, unread = false, badge = 0, note = null, data }) {
  return h("li", {}, h("a", {
    class: `side-item${chosen ? " is-on" : ""}${unread ? " is-unread" : ""}`, href, data, "aria-current": chosen ? "page" : null,
  }, h("span", { class: "side-picture" }, picture), h("span", { class: "side-name" }, h("bdi", {}, name)),
    note && h("span", { class: "side-note" }, note),
    badge > 0 && h("span", { class: "badge", "aria-label": t("side.unread", { count: badge }) }, badge)));
}

function channelEntry(channel, route) {
  return entry({
    href: placeOf({ c: channel.id }), chosen: route.c === channel.id && !route.v, name: channel.name,
    picture: icon(channel.is_private ? "lock" : "hash", 17), unread: channel.unread > 0, badge: channel.mentions,
    data: { testid: "sidebar-channel", name: channel.name, channelId: channel.id },
  });
}

function dmEntry(dm, route) {
  return entry({
    href: placeOf({ c: dm.id }), chosen: route.c === dm.id && !route.v, name: dm.user.name, picture: face(dm.user.id, 20),
    unread: dm.unread > 0, badge: dm.unread, data: { testid: "sidebar-dm", name: dm.user.name },
  });
}

function appEntry(route) {
  const unread = appDm()?.unread ?? 0;
  return entry({
    href: placeOf({ v: "app", tab: unread > 0 ? "messages" : "home" }), chosen: route.v === "app", name: session.state.app.name,
    picture: h("span", { class: "side-face" }, appFace()), unread: unread > 0, badge: unread, data: { testid: "sidebar-app" },
    note: session.state.app.connected === false ? t("app.off") : null,
  });
}

function mailEntry(route) {
  const unread = session.state.mail_unread ?? 0;
  return entry({
    href: placeOf({ v: "mail", box: session.me.email }), chosen: route.v === "mail", name: t("side.mail"), picture: icon("mail", 17),
    unread: unread > 0, badge: unread, data: { testid: "sidebar-mail" },
  });
}
