// Dates: the app's in the language of the person we are, the page's own in the language of the page.

import { locale, zone } from "./session.js";
import { language } from "./strings.js";

const DAY = 86_400_000;
const CLOCK = { hour: "numeric", minute: "2-digit" };

export function dateOf(ts) {
  return new Date(Number(ts) * 1000);
}

export function clock(date, extra = {}) {
  return format(date, { ...CLOCK, ...extra }, ours());
}

/** "today", "yesterday", or a date with its weekday: the pill between two days. */
export function dayName(date) {
  return near(date, ours()) ?? format(date, { weekday: "long", day: "numeric", month: "long", ...yearIfOther(date) }, ours());
}

export function shortDay(date) {
  return near(date, ours()) ?? format(date, { day: "numeric", month: "short", ...yearIfOther(date) }, ours());
}

export function fullMoment(date) {
  return format(date, { dateStyle: "full", timeStyle: "medium" }, ours());
}

export function longMoment(date) {
  return format(date, { dateStyle: "full", timeStyle: "short" }, ours());
}

/** A moment in a list: the time today, the day otherwise. */
export function listMoment(date) {
  return daysAway(date) === 0 ? clock(date) : format(date, { day: "numeric", month: "short", ...yearIfOther(date) }, ours());
}

export function sameDay(a, b) {
  return dayKey(a) === dayKey(b);
}

/** The tokens of `<!date^…>`, Slack's own list. */
export function dateToken(name, date) {
  const day = { day: "numeric", year: "numeric" };
  const shapes = {
    date_num: () => format(date, { dateStyle: "short" }),
    date: () => format(date, { month: "long", ...day }),
    date_short: () => format(date, { month: "short", ...day }),
    date_long: () => format(date, { weekday: "long", month: "long", ...day }),
    time: () => format(date, CLOCK),
    time_secs: () => format(date, { ...CLOCK, second: "2-digit" }),
    ago: () => ago(date),
  };
  const pretty = /^(date.*)_pretty$/.exec(name);
  if (pretty) return near(date) ?? shapes[pretty[1]]?.();
  return shapes[name]?.();
}

export function ago(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 60) return locale().startsWith("fr") ? "à l’instant" : "just now";
  if (size < 3600) return words.format(Math.trunc(seconds / 60), "minute");
  if (size < 86_400) return words.format(Math.trunc(seconds / 3600), "hour");
  return words.format(Math.trunc(seconds / 86_400), "day");
}

/** The person's own variety of the page's language, or the usual one. */
function ours() {
  const theirs = locale();
  if (theirs.startsWith(language())) return theirs;
  return language() === "fr" ? "fr-FR" : "en-GB";
}

function format(date, options, words = locale()) {
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(words, { timeZone: zone(), ...options }).format(date);
}

function near(date, words = locale()) {
  const days = daysAway(date);
  if (Math.abs(days) > 1) return null;
  return new Intl.RelativeTimeFormat(words, { numeric: "auto" }).format(days, "day");
}

function daysAway(date) {
  return Math.round((Date.parse(dayKey(date)) - Date.parse(dayKey(new Date()))) / DAY);
}

function dayKey(date) {
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone() }).format(date);
}

function yearIfOther(date) {
  return date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
}
