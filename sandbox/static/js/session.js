// What this window knows: the people of the workspace, and the state of the one we are.

import { get } from "./api.js";

export const session = { workspace: { name: "" }, people: [], me: null, state: null };

const listeners = new Map();

/** Call `task` on every event of this type; returns how to stop. */
export function on(type, task) {
  if (!listeners.has(type)) listeners.set(type, new Set());
  listeners.get(type).add(task);
  return () => listeners.get(type).delete(task);
}

export function emit(type, detail) {
  for (const task of [...(listeners.get(type) ?? [])]) task(detail);
}

export async function loadPeople() {
  const answer = await get("/ui/people");
  session.workspace = answer.workspace;
  session.people = answer.people;
}

export function personNamed(id) {
  const wanted = String(id).toLowerCase();
  return session.people.find(
    (p) => p.id === id || p.handle === wanted || (p.email && p.email.toLowerCase() === wanted),
  );
}

/** Become somebody. A person without Slack has no state, only a mailbox. */
export async function become(person) {
  session.me = person;
  session.state = null;
  if (person.slack) await reload();
}

export async function reload() {
  const whom = session.me;
  const state = await get("/ui/state", { as: whom.id });
  if (session.me !== whom) return;
  session.state = state;
  emit("state");
}

export function userOf(id) {
  return session.state?.users?.[id] ?? session.people.find((p) => p.id === id);
}

export function nameOf(id) {
  if (id === "USLACKBOT") return "Slackbot";
  return userOf(id)?.name ?? (isApp(id) ? session.state.app.name : id);
}

export function isApp(id) {
  const app = session.state?.app;
  return Boolean(app) && (id === app.bot_user_id || id === app.id);
}

export function channelOf(id) {
  return session.state?.channels.find((c) => c.id === id);
}

export function dmOf(id) {
  return session.state?.dms.find((d) => d.id === id);
}

/** The direct messages between us and the app. */
export function appDm() {
  return session.state?.dms.find((d) => d.is_bot);
}

export function locale() {
  return session.me?.locale || navigator.language;
}

export function zone() {
  return session.me?.tz || undefined;
}
