// The app's own place: Home, Messages and About.

import { act } from "./api.js";
import { ChannelView } from "./channel.js";
import { h, put } from "./dom.js";
import { emptyState } from "./empty.js";
import { appFace, icon } from "./icons.js";
import { placeOf } from "./route.js";
import { appDm, on, session } from "./session.js";
import { t } from "./strings.js";
import { Surface } from "./surface.js";

export class AppView {
  constructor() {
    this.tabs = h("nav", { class: "tabs", role: "tablist", "aria-label": session.state.app.name });
    this.content = h("div", { class: "app-content" });
    this.off = h("div", { class: "banner banner-wide", role: "status", hidden: true, data: { testid: "app-off" } });
    this.node = h("section", { class: "view app-view" },
      h("header", { class: "view-head" },
        h("span", { class: "view-face" }, appFace()),
        h("h1", { class: "view-title" }, session.state.app.name),
        h("span", { class: "badge-app" }, t("message.app"))),
      this.tabs, this.off, this.content);
    this.stop = on("state", () => this.#drawOff());
    this.#drawOff();
  }

  /** An app that is not running cannot answer; say so before it is asked. */
  #drawOff() {
    const { app } = session.state ?? {};
    const off = app?.connected === false;
    this.off.hidden = !off;
    put(this.off, off && [icon("warning", 18), h("span", {}, t("app.notConnected", { app: app.name }))]);
  }

  show(route) {
    const tab = route.tab ?? "home";
    put(this.tabs, ["home", "messages", "about"].map((name) => this.#tab(name, name === tab)));
    if (tab === this.tab) return this.inner?.show?.(route);
    this.tab = tab;
    this.inner?.leave?.();
    this.inner = this.#inner(tab);
    put(this.content, this.inner.node);
    this.inner.show?.(route);
  }

  leave() {
    this.stop();
    this.inner?.leave?.();
  }

  #tab(name, chosen) {
    return h("a", {
      class: `tab${chosen ? " is-on" : ""}`, role: "tab", "aria-selected": String(chosen),
      href: placeOf({ v: "app", tab: name }), data: { testid: `${name}-tab` },
    }, t(`app.${name}`), name === "messages" && appDm()?.unread > 0 && h("span", { class: "badge" }, appDm().unread));
  }

  #inner(tab) {
    if (tab === "home") return new HomeTab();
    if (tab === "about") return { node: about() };
    return appDm() ? new ChannelView(appDm().id, { bare: true }) : { node: emptyState("mail", t("app.noMessages")) };
  }
}

class HomeTab {
  constructor() {
    this.trouble = h("div", { class: "banner", role: "alert", hidden: true });
    this.surface = new Surface({ type: "home" }, { kind: "home", onTrouble: (words) => this.#complain(words) });
    this.rest = h("div", {});
    this.node = h("div", { class: "home-scroll", data: { testid: "home-view" } },
      h("div", { class: "home-page" }, this.trouble, this.surface.node, this.rest));
    this.stop = on("home", (news) => {
      this.heard = true;
      this.#draw(news.view);
    });
    this.#open();
  }

  leave() {
    this.stop();
  }

  async #open() {
    put(this.rest, h("div", { class: "loading", role: "status" }, t("home.opening")));
    try {
      const { view } = await act("/ui/home", {});
      // What the app shows on hearing of us may overtake the answer, which holds what was before.
      if (!this.heard) this.#draw(view);
    } catch (refused) {
      if (!this.drawn) put(this.rest, emptyState("warning", refused.message));
    }
  }

  #draw(view) {
    this.drawn = Boolean(view);
    put(this.rest, !view && emptyState("home", t("home.empty", { app: session.state.app.name })));
    this.surface.adopt(view?.state?.values);
    this.surface.render(view?.blocks ?? []);
  }

  #complain(words) {
    this.trouble.hidden = !words;
    put(this.trouble, words && [icon("warning", 18), h("span", {}, words)]);
  }
}

function about() {
  const { app, commands, shortcuts } = session.state;
  const row = (name, words) => h("li", {}, h("code", {}, name), h("span", { dir: "auto" }, words));
  const named = (shortcut) => h("li", { dir: "auto" }, shortcut.name);
  const part = (title, rows) => rows.length > 0 && [h("h3", {}, title), h("ul", {}, rows)];
  return h("div", { class: "home-scroll" }, h("div", { class: "home-page about" },
    h("div", { class: "about-head" }, h("span", { class: "view-face" }, appFace()), h("h2", {}, app.name)),
    app.description && h("p", { dir: "auto" }, app.description),
    part(t("about.commands"), commands.map((c) => row(`${c.command} ${c.usage_hint ?? ""}`.trim(), c.description))),
    part(t("about.global"), shortcuts.global.map(named)), part(t("about.message"), shortcuts.message.map(named))));
}
