// rich_text blocks, for reading.

import { h } from "./dom.js";
import { emojiNamed, emojiOfCode } from "./emoji.js";
import { channelLink, emojiNode, mention, outsideLink } from "./mrkdwn.js";
import { dateOf, dateToken, fullMoment } from "./time.js";

export function richText(block) {
  return h("div", { class: "rich", dir: "auto" }, grouped(block.elements ?? []));
}

/** Lists that follow each other, Slack's way of nesting, become one nested list. */
function grouped(elements) {
  const nodes = [];
  let trail = [];
  for (const element of elements) {
    if (element.type !== "rich_text_list") {
      trail = [];
      nodes.push(piece(element));
      continue;
    }
    const depth = element.indent ?? 0;
    const list = listNode(element);
    const same = trail.find((each) => each.depth === depth && each.node.nodeName === list.nodeName);
    trail = trail.filter((each) => each.depth < depth || each === same);
    if (same) {
      same.node.append(...list.children);
      continue;
    }
    const parent = trail.at(-1);
    if (parent) (parent.node.lastElementChild ?? parent.node).append(list);
    else nodes.push(list);
    trail.push({ depth, node: list });
  }
  return nodes;
}

function listNode(element) {
  const ordered = element.style === "ordered";
  const items = (element.elements ?? []).map((item) => h("li", { dir: "auto" }, parts(item.elements)));
  return h(ordered ? "ol" : "ul", ordered && element.offset ? { start: element.offset + 1 } : {}, items);
}

function piece(element) {
  if (element.type === "rich_text_quote") return h("blockquote", { dir: "auto" }, parts(element.elements));
  if (element.type === "rich_text_preformatted") return h("pre", { class: "code-block", dir: "auto" }, parts(element.elements));
  return h("div", { dir: "auto" }, parts(element.elements));
}

function parts(elements) {
  return (elements ?? []).map((element) => styled(part(element), element.style));
}

function part(element) {
  switch (element.type) {
    case "text": return lines(element.text);
    case "link": return outsideLink(element.url, element.text || element.url);
    case "user": return mention(element.user_id);
    case "channel": return channelLink(element.channel_id);
    case "usergroup": return h("span", { class: "mention" }, `@${element.usergroup_id}`);
    case "broadcast": return h("span", { class: "mention" }, `@${element.range}`);
    case "emoji": return emojiPart(element);
    case "date": return datePart(element);
    case "color": return h("code", {}, element.value);
    default: return h("span", {}, element.text ?? element.fallback ?? "");
  }
}

function lines(text) {
  return String(text ?? "").split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line]));
}

function emojiPart(element) {
  const glyph = emojiNamed(element.name) ?? (element.unicode && emojiOfCode(element.unicode));
  return glyph ? emojiNode(element.name, glyph) : `:${element.name}:`;
}

function datePart(element) {
  const date = dateOf(element.timestamp);
  const shown = (element.format ?? "").replace(/\{(\w+)\}/g, (whole, name) => dateToken(name, date) ?? whole);
  return h("time", { title: fullMoment(date) }, shown || element.fallback || "");
}

function styled(node, style) {
  if (!style) return node;
  let wrapped = node;
  if (style.code) wrapped = h("code", {}, wrapped);
  if (style.bold) wrapped = h("strong", {}, wrapped);
  if (style.italic) wrapped = h("em", {}, wrapped);
  if (style.strike) wrapped = h("s", {}, wrapped);
  return wrapped;
}
