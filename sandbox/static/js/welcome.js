// "What to try": the three stories of a help desk, step by step.

import { iconButton, wordButton } from "./buttons.js";
import { h } from "./dom.js";
import { hrefOf } from "./route.js";
import { channelOf, personNamed, session } from "./session.js";
import { language, speak, t } from "./strings.js";

const SEEN = "frontdesk-sandbox-welcomed";

export function wantsWelcome() {
  return localStorage.getItem(SEEN) !== "yes";
}

export function rememberWelcomed() {
  localStorage.setItem(SEEN, "yes");
}

/** The pane at the right; `onClose` puts it away for good, until "?" asks for it. */
export function welcomePane(onClose) {
  const other = language() === "fr" ? "en" : "fr";
  return h("aside", { class: "pane welcome", "aria-label": t("help.title"), data: { testid: "welcome" } },
    h("header", { class: "pane-head" }, h("h2", {}, t("help.title")),
      wordButton(t(`language.${other}`), () => speak(other), { look: "link pane-language" }),
      iconButton("close", t("help.close"), onClose, { testid: "welcome-close" })),
    h("div", { class: "welcome-scroll" }, h("p", {}, t("help.intro")), [1, 2, 3].map(story),
      h("h3", {}, t("help.moreTitle")),
      h("ul", { class: "welcome-more" }, ["windows", "mail", "traffic", "keys"].map((name) => h("li", {}, t(`help.${name}`))))));
}

function story(number) {
  const steps = t(`help.story${number}.steps`);
  return h("section", { class: "story" }, h("h3", {}, h("span", { class: "story-number" }, number), t(`help.story${number}.title`)),
    h("ol", {}, steps.map((step) => h("li", {}, stepNodes(step)))));
}

/** `{pierre}` becomes a link to be Pierre, `{box:paul}` one to Paul's mailbox, `code` is set as code. */
function stepNodes(step) {
  return step.split(/(\{[^}]+\}|`[^`]+`)/).map((part) => {
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    const found = /^\{(box:)?(\w+)\}$/.exec(part);
    return found ? personLink(found[2], Boolean(found[1])) : part;
  });
}

function personLink(handle, box) {
  const person = personNamed(handle) ?? session.people.find((p) => p.handle?.startsWith(`${handle}.`));
  if (!person) return handle[0].toUpperCase() + handle.slice(1);
  const place = box ? { as: session.me?.id, v: "mail", box: person.email } : { as: person.id, c: sameChannel(person) };
  return h("a", { href: hrefOf(place) }, box ? t("help.boxOf", { name: person.name }) : person.name);
}

/** Two people talk best in the channel one of them already looks at. */
function sameChannel(person) {
  const here = new URLSearchParams(location.hash.slice(1)).get("c");
  return person.slack && here && channelOf(here) ? here : null;
}
