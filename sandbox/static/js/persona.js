// "You are …": choosing whose Slack this window is.

import { combobox } from "./combobox.js";
import { h } from "./dom.js";
import { face } from "./faces.js";
import { icon } from "./icons.js";
import { popup } from "./layers.js";
import { hrefOf } from "./route.js";
import { folded } from "./selects.js";
import { session } from "./session.js";
import { t } from "./strings.js";

/** The button in the bar at the top, always there. */
export function personaSwitch() {
  const { me } = session;
  const button = h("button", {
    type: "button", class: "persona", "aria-haspopup": "dialog", "aria-expanded": "false", data: { testid: "persona", userId: me?.id },
    onclick: () => openSwitch(button),
  }, h("span", { class: "persona-are" }, t("persona.are")), me && face(me.id, 22),
  h("bdi", { class: "persona-name" }, me?.name ?? t("persona.nobody")), icon("down", 16));
  return button;
}

function openSwitch(button) {
  button.setAttribute("aria-expanded", "true");
  const box = h("div", { class: "persona-box", role: "dialog", "aria-label": t("persona.choose") });
  const shown = popup(button, box, { align: "start", onClose: () => button.setAttribute("aria-expanded", "false") });
  const field = combobox({
    attributes: { "aria-label": t("persona.search") }, data: { testid: "persona-search" }, placeholder: t("persona.search"), chosen: [],
    load: (query) => peopleGroups(query),
    onChange: ([entry]) => { shown.close(); if (entry) location.hash = placeFor(entry.value); },
  });
  box.append(field);
  shown.place();
  const input = field.querySelector("input");
  input.focus();
  input.click();
}

/** Where a person starts: their channels, or their mailbox when that is all they have. */
export function placeFor(person) {
  return person.slack ? hrefOf({ as: person.id }) : hrefOf({ as: person.id, v: "mail", box: person.email ?? person.id });
}

function peopleGroups(query) {
  const wanted = folded(query).split(/\s+/).filter(Boolean);
  const fits = (p) => wanted.every((word) => folded(`${p.name} ${p.title ?? ""} ${p.email ?? ""} ${p.handle ?? ""}`).includes(word));
  const people = humans().filter(fits);
  return [
    { title: t("persona.inSlack"), entries: people.filter((p) => p.slack).map(entryOf) },
    { title: t("persona.byMail"), entries: people.filter((p) => !p.slack).map(entryOf) },
  ];
}

export function humans() {
  return session.people.filter((p) => !p.is_bot && !p.deleted);
}

function entryOf(person) {
  return {
    key: person.id, words: person.name, value: person, label: () => h("bdi", {}, person.name),
    hint: [person.title || person.email, person.is_guest && t("persona.guest")].filter(Boolean).join(" · "),
    picture: () => face(person.id, 28),
    extra: () => h("a", {
      class: "icon-btn option-window", href: placeFor(person), target: "_blank", tabindex: "-1",
      title: t("persona.newWindow"), "aria-label": t("persona.newWindow"), onclick: (event) => event.stopPropagation(),
    }, icon("window", 16)),
  };
}

/** The first page: nobody is chosen yet. */
export function chooser() {
  const card = (person) => h("a", { class: "person-card", href: placeFor(person), data: { testid: "person", userId: person.id } },
    face(person.id, 40), h("span", { class: "person-words" }, h("span", { class: "person-name" }, h("bdi", {}, person.name)),
      h("span", { class: "person-title" }, h("bdi", {}, person.title || person.email || t("persona.guest")))));
  const part = (title, people) => people.length > 0 && [h("h2", {}, title), h("div", { class: "person-grid" }, people.map(card))];
  return h("section", { class: "view chooser" }, h("div", { class: "chooser-page" },
    h("h1", {}, t("persona.choose")), h("p", {}, t("persona.explain")),
    part(t("persona.inSlack"), humans().filter((p) => p.slack)), part(t("persona.byMail"), humans().filter((p) => !p.slack))));
}
