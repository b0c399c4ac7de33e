// The select menus of Block Kit, on top of one combobox.

import { combobox } from "./combobox.js";
import { h } from "./dom.js";
import { marks } from "./elements.js";
import { labelling } from "./inputs.js";
import { plain, wordsOf } from "./mrkdwn.js";
import { channelOf, dmOf, nameOf, session } from "./session.js";
import { t } from "./strings.js";

/** An entry of the list: what it shows, what it is, what is kept when it is chosen. */
function entryOf(option) {
  return {
    key: option.value,
    words: wordsOf(option.text.text),
    label: () => plain(option.text.text),
    hint: option.description ? wordsOf(option.description.text) : null,
    value: option,
  };
}

export function selectField(element, block, surface, ids) {
  const many = element.type.startsWith("multi_");
  const source = sourceOf(element, block, surface);
  const held = surface.value(block, element);
  return combobox({
    many,
    attributes: labelling(element, block, ids),
    data: marks(element, block, "select"),
    placeholder: element.placeholder ? wordsOf(element.placeholder.text) : t(many ? "select.several" : "select.one"),
    chosen: (many ? held : [held]).filter(Boolean).map(source.entry),
    load: source.load,
    remote: source.remote,
    least: source.least ?? 0,
    most: element.max_selected_items ?? Infinity,
    clearable: block.type === "input" && block.optional === true,
    onChange: (entries) => {
      const values = entries.map((entry) => entry.value);
      return surface.changed(block, element, many ? values : (values[0] ?? null));
    },
    autofocus: element.focus_on_load,
  });
}

function sourceOf(element, block, surface) {
  const kind = element.type.replace("multi_", "");
  if (kind === "static_select") return { entry: entryOf, load: (query) => filtered(groupsOf(element), query) };
  if (kind === "users_select") return { entry: userEntry, load: (query) => filtered([{ entries: everybody() }], query) };
  if (kind === "external_select") {
    return {
      entry: entryOf, remote: true, least: element.min_query_length ?? 3,
      load: async (query) => groupsOf(await surface.options(block, element, query)),
    };
  }
  const places = kind === "channels_select" ? channelsOnly() : conversations(element.filter);
  return { entry: placeEntry, load: (query) => filtered([{ entries: places }], query) };
}

function groupsOf({ options, option_groups: groups }) {
  if (groups?.length) return groups.map((group) => ({ title: wordsOf(group.label.text), entries: group.options.map(entryOf) }));
  return [{ entries: (options ?? []).map(entryOf) }];
}

/** Every typed word must be somewhere in the entry, accents apart. */
function filtered(groups, query) {
  const wanted = folded(query).split(/\s+/).filter(Boolean);
  const fits = (entry) => {
    const words = folded(`${entry.words} ${entry.hint ?? ""}`);
    return wanted.every((word) => words.includes(word));
  };
  return groups.map((group) => ({ ...group, entries: group.entries.filter(fits) })).filter((group) => group.entries.length);
}

export function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function everybody() {
  const people = Object.values(session.state?.users ?? {}).filter((user) => user.slack !== false);
  return people.map((user) => userEntry(user.id)).sort((a, b) => a.words.localeCompare(b.words));
}

function userEntry(id) {
  const user = session.state?.users?.[id];
  return { key: id, words: nameOf(id), label: () => h("bdi", {}, nameOf(id)), hint: user?.title || null, value: id };
}

function channelsOnly() {
  return (session.state?.channels ?? []).map((channel) => placeEntry(channel.id));
}

function conversations(filter) {
  const kinds = filter?.include ?? ["public", "private", "im"];
  const channels = (session.state?.channels ?? []).filter((c) => kinds.includes(c.is_private ? "private" : "public"));
  const dms = kinds.includes("im") ? (session.state?.dms ?? []).filter((d) => !(filter?.exclude_bot_users && d.is_bot)) : [];
  return [...channels, ...dms].map((place) => placeEntry(place.id));
}

function placeEntry(id) {
  const channel = channelOf(id);
  const words = channel ? `#${channel.name}` : (dmOf(id)?.user?.name ?? id);
  return { key: id, words, label: () => h("bdi", {}, words), hint: channel?.topic || null, value: id };
}
