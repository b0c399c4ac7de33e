// The sandbox server's browser API, and what to say when it refuses.

import { t } from "./strings.js";
import { session } from "./session.js";

/** A refusal, with a sentence fit to be shown. */
export class Refused extends Error {
  constructor(sentence, code) {
    super(sentence);
    this.code = code;
  }
}

export async function get(path, params = {}) {
  const query = new URLSearchParams(params).toString();
  return await ask(`${path}${query ? `?${query}` : ""}`, { method: "GET" });
}

export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** POST in the name of the person this window belongs to. */
export async function act(path, body) {
  return await post(path, { as: session.me.id, ...body });
}

async function ask(url, options) {
  let reply;
  let data;
  try {
    reply = await fetch(url, options);
    data = await reply.json();
  } catch {
    throw new Refused(reply ? t("error.server", { status: reply.status }) : t("error.offline"), "offline");
  }
  // Answers about a form travel as data: the form shows them under its fields.
  if (data?.ok === false && !data.errors && !data.trouble) throw new Refused(sentenceOf(data), data.error);
  if (!reply.ok && !data?.errors && !data?.trouble) throw new Refused(sentenceOf(data ?? {}), data?.error);
  return data;
}

function sentenceOf(data) {
  const app = session.state?.app?.name ?? "Frontdesk";
  if (data.error === "operation_timeout") return t("error.timeout", { app });
  if (data.error === "gone") return t("error.gone");
  return data.sentence ?? data.error ?? t("error.unknown");
}
