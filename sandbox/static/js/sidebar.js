// The aubergine column: channels, direct messages, the app, one's mail.

import { h, put } from "./dom.js";
import { face } from "./faces.js";
import { appFace, icon } from "./icons.js";
import { placeOf, readRoute } from "./route.js";
import { appDm, session } from "./session.js";
import { t } from "./strings.js";

export function drawSidebar(node) {
  const { state, workspace, me } = session;
  const route = readRoute();
  const dms = state.dms.filter((dm) => !dm.is_bot);
  put(node,
    h("header", { class: "side-head" }, h("h2", { dir: "auto" }, workspace.name)),
    h("div", { class: "side-scroll" },
      me.email && h("ul", { class: "side-list" }, mailEntry(route)),
      part(t("side.channels"), state.channels.filter((c) => !c.is_archived).map((channel) => channelEntry(channel, route))),
      part(t("side.dms"), dms.map((dm) => dmEntry(dm, route))),
      state.app && part(t("side.apps"), [appEntry(route)])));
}

function part(title, entries) {
  return entries.length > 0 && h("section", { class: "side-part" }, h("h3", {}, title), h("ul", { class: "side-list" }, entries));
}

function entry({ href, chosen, picture, name, unread = false, badge = 0, data }) {
  return h("li", {}, h("a", {
    class: `side-item${chosen ? " is-on" : ""}${unread ? " is-unread" : ""}`, href, data, "aria-current": chosen ? "page" : null,
  }, h("span", { class: "side-picture" }, picture), h("span", { class: "side-name" }, h("bdi", {}, name)),
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
  });
}

function mailEntry(route) {
  const unread = session.state.mail_unread ?? 0;
  return entry({
    href: placeOf({ v: "mail", box: session.me.email }), chosen: route.v === "mail", name: t("side.mail"), picture: icon("mail", 17),
    unread: unread > 0, badge: unread, data: { testid: "sidebar-mail" },
  });
}
