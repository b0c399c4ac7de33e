// What the composer offers while one types.

import { act } from "./api.js";
import { h } from "./dom.js";
import { emojiLike } from "./emoji.js";
import { face } from "./faces.js";
import { appFace, icon } from "./icons.js";
import { folded } from "./selects.js";
import { session } from "./session.js";
import { t } from "./strings.js";

const MOST = 8;

/** Entries for the text before the caret: {label, hint, insert, typed} or {label, run}. */
export function completions(before, { inThread }) {
  const command = /^\/(\S*)$/.exec(before);
  if (command && !inThread) return { title: t("complete.commands"), entries: commandsLike(command[1]) };
  const person = /(?:^|\s)@([^@\n]{0,24})$/.exec(before);
  if (person) return { title: t("complete.people"), entries: peopleLike(person[1]) };
  const emoji = /(?:^|\s):([a-z0-9_+-]{2,})$/.exec(before);
  if (emoji) return { title: t("complete.emoji"), entries: emojiEntries(emoji[1]) };
  return { title: "", entries: [] };
}

function commandsLike(typed) {
  const { commands, shortcuts, app } = session.state;
  const wanted = typed.toLowerCase();
  const picture = () => h("span", { class: "menu-face" }, appFace());
  const found = commands.filter((c) => c.command.slice(1).toLowerCase().startsWith(wanted)).map((c) => ({
    name: c.command, label: [h("strong", {}, c.command), " ", h("span", { class: "usage" }, c.usage_hint ?? "")], hint: c.description,
    insert: `${c.command} `, typed: typed.length + 1, exact: c.command === `/${typed}`, picture,
  }));
  const quick = shortcuts.global.filter((s) => wanted && folded(s.name).includes(folded(wanted))).map((s) => ({
    name: s.callback_id, label: s.name, hint: `${app.name} · ${t("shortcut.one")}`,
    picture: () => h("span", { class: "menu-icon" }, icon("bolt", 18)),
    run: () => act("/ui/shortcut", { callback_id: s.callback_id }),
  }));
  return [...found, ...quick];
}

function peopleLike(typed) {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  const people = Object.values(session.state.users).filter((user) => user.slack !== false && !user.deleted);
  const fits = (user) => wanted.every((word) => folded(`${user.name} ${user.handle}`).includes(word));
  return people.filter(fits).sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST).map((user) => ({
    name: user.id, label: h("bdi", {}, user.name), hint: user.title, mention: user.id, insert: `@${user.name} `, typed: typed.length + 1,
    picture: () => face(user.id, 24),
  }));
}

function emojiEntries(typed) {
  return emojiLike(typed).map(({ name, glyph }) => ({
    name, label: `:${name}:`, insert: `${glyph} `, typed: typed.length + 1, picture: () => h("span", { class: "menu-icon" }, glyph),
  }));
}
