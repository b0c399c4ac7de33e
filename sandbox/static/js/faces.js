// Faces: initials on a colour, or the app's bell.

import { h } from "./dom.js";
import { appFace } from "./icons.js";
import { isApp, nameOf, userOf } from "./session.js";

const CALM = /^#[0-9a-f]{3,8}$/i;

export function face(userId, size = 36, { asApp = false } = {}) {
  const frame = h("span", { class: "face", "aria-hidden": "true", style: { "--size": `${size}px` } });
  if (asApp || isApp(userId)) frame.append(appFace());
  else frame.append(...initials(userOf(userId), nameOf(userId) ?? "", frame));
  return frame;
}

function initials(person, name, frame) {
  const colour = person?.avatar?.color;
  frame.style.setProperty("--face", CALM.test(colour ?? "") ? colour : "#6b7280");
  return [h("span", {}, person?.avatar?.initials || [...name][0]?.toUpperCase() || "?")];
}
