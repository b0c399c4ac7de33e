// Slack's own markup, turned into nodes.

import { h } from "./dom.js";
import { emojiNamed } from "./emoji.js";
import { placeOf } from "./route.js";
import { channelOf, nameOf, session } from "./session.js";
import { t } from "./strings.js";
import { dateOf, dateToken, fullMoment } from "./time.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const EMOJI = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/y;
const URL = /https?:\/\/[^\s<>|"'`*]+/y;

/** A whole text: code fences, quotes and paragraphs. */
export function mrkdwn(text) {
  const whole = document.createDocumentFragment();
  for (const [i, part] of String(text ?? "").split(/```\n?([\s\S]+?)\n?```\n?/).entries()) {
    if (i % 2) whole.append(h("pre", { class: "code-block", dir: "auto" }, unescape(part)));
    else whole.append(...paragraphs(part));
  }
  return whole;
}

/** A plain_text object: emoji shortcodes and escaped characters, nothing else. */
export function plain(text, { emoji = true } = {}) {
  const line = document.createDocumentFragment();
  let rest = "";
  const source = String(text ?? "");
  const flush = () => { if (rest) line.append(unescape(rest)); rest = ""; };
  for (let i = 0; i < source.length; i += 1) {
    const found = emoji ? emojiAt(source, i) : null;
    if (found) { flush(); line.append(found.node); i += found.length - 1; }
    else if (source[i] === "\n") { flush(); line.append(h("br")); }
    else rest += source[i];
  }
  flush();
  return line;
}

/** The words alone, for labels and notifications. */
export function wordsOf(text) {
  return plain(text).textContent;
}

/** A text object of either kind. */
export function textOf(object) {
  if (!object) return document.createDocumentFragment();
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text, { emoji: object.emoji !== false });
}

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

export function emojiNode(name, glyph) {
  return h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, glyph);
}

export function mention(id, shown) {
  const mine = id === session.me?.id;
  return h("span", { class: `mention${mine ? " mention-me" : ""}`, data: { user: id } }, h("bdi", {}, `@${shown || nameOf(id)}`));
}

export function channelLink(id, shown) {
  const known = channelOf(id);
  // As in Slack: who is not in a private channel does not learn its name.
  const label = known || shown ? `#${known?.name ?? shown}` : `🔒 ${t("channel.private")}`;
  return known ? h("a", { class: "mention", href: placeOf({ c: id }) }, label) : h("span", { class: "mention" }, label);
}

export function outsideLink(url, children) {
  const safe = /^(https?:|mailto:|tel:)/i.test(url);
  if (!safe) return h("span", {}, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

function paragraphs(text) {
  const nodes = [];
  let lines = [];
  let quoted = null;
  const flush = () => {
    if (lines.length) nodes.push(quoted ? h("blockquote", { dir: "auto" }, inline(lines.join("\n"))) : inline(lines.join("\n")));
    lines = [];
  };
  let toTheEnd = false;
  for (const line of text.split("\n")) {
    const mark = toTheEnd ? null : /^(?:&gt;|>)(?:(?:&gt;|>){2} ?(.*)| ?(.*))$/.exec(line);
    const isQuote = toTheEnd || mark !== null;
    if (quoted !== isQuote) { flush(); quoted = isQuote; }
    if (mark?.[1] !== undefined) toTheEnd = true;
    lines.push(mark ? (mark[1] ?? mark[2]) : line);
  }
  flush();
  return nodes;
}

/** One run of text: styles, links, mentions, emoji. */
function inline(text) {
  const out = document.createDocumentFragment();
  let rest = "";
  const add = (node) => { if (rest) out.append(unescape(rest)); rest = ""; if (node) out.append(node); };
  for (let i = 0; i < text.length; i += 1) {
    const found = pieceAt(text, i);
    if (found) { add(found.node); i += found.length - 1; } else rest += text[i];
  }
  add();
  return out;
}

function pieceAt(text, i) {
  const c = text[i];
  if (c === "\n") return { node: h("br"), length: 1 };
  if (c === "<") return controlAt(text, i);
  if (c === "`") return codeAt(text, i);
  if (c in MARKS) return styleAt(text, i);
  if (c === ":") return emojiAt(text, i);
  if (c === "h" && !WORD.test(text[i - 1] ?? "")) return bareUrlAt(text, i);
  return null;
}

function controlAt(text, i) {
  const end = text.indexOf(">", i);
  if (end < 0 || text.slice(i, end).includes("\n")) return null;
  const node = control(text.slice(i + 1, end));
  return node && { node, length: end - i + 1 };
}

function control(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : inside.slice(bar + 1);
  if (/^@[UWB]/.test(target)) return mention(target.slice(1), unescape(label));
  if (/^#C|^#G/.test(target)) return channelLink(target.slice(1), unescape(label));
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || `@${target.slice(9)}`);
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${label || target.slice(1)}`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return outsideLink(unescape(target), label ? inline(label) : unescape(target));
  return null;
}

function dateNode(target, fallback) {
  const [, ts, pattern, link] = target.split("^");
  const date = dateOf(ts);
  const shown = (pattern ?? "").replace(/\{(\w+)\}/g, (whole, name) => dateToken(name, date) ?? whole);
  const node = h("time", { datetime: safeIso(date), title: fullMoment(date) }, unescape(shown || fallback));
  return link ? outsideLink(unescape(link), node) : node;
}

function safeIso(date) {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function codeAt(text, i) {
  const end = text.indexOf("`", i + 1);
  if (end <= i + 1 || text.slice(i, end).includes("\n")) return null;
  return { node: h("code", { dir: "auto" }, unescape(text.slice(i + 1, end))), length: end - i + 1 };
}

function styleAt(text, i) {
  const mark = text[i];
  if (WORD.test(text[i - 1] ?? "") || /[\s]/.test(text[i + 1] ?? " ") || text[i + 1] === mark) return null;
  const end = closing(text, i, mark);
  if (end < 0) return null;
  return { node: h(MARKS[mark], {}, inline(text.slice(i + 1, end))), length: end - i + 1 };
}

/** Where a style ends: same line, not after a space, not before a letter, not inside code or a link. */
function closing(text, start, mark) {
  for (let i = start + 1; i < text.length && text[i] !== "\n"; i += 1) {
    if (text[i] === "<" || text[i] === "`") {
      const end = text.indexOf(text[i] === "<" ? ">" : "`", i + 1);
      if (end > 0) i = end;
    } else if (text[i] === mark && !/\s/.test(text[i - 1]) && !WORD.test(text[i + 1] ?? "") && i > start + 1) {
      return i;
    }
  }
  return -1;
}

function emojiAt(text, i) {
  if (text[i] !== ":") return null;
  EMOJI.lastIndex = i;
  const found = EMOJI.exec(text);
  const glyph = found && emojiNamed(found[1]);
  return glyph ? { node: emojiNode(found[1], glyph), length: found[0].length } : null;
}

function bareUrlAt(text, i) {
  URL.lastIndex = i;
  const found = URL.exec(text);
  if (!found) return null;
  const url = found[0].replace(/(?:[.,;:!?)\]]|&gt;.*)+$/, "");
  return { node: outsideLink(unescape(url), unescape(url)), length: url.length };
}

