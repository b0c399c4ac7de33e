// The WebSocket that tells this window what changed, and its patient reconnection.

import { emit, session } from "./session.js";

const SLOWEST = 5000; // milliseconds between attempts
const LONGEST_DEAF = 3000; // milliseconds until we show something without hearing

let socket = null;
let attempt = 0;
let timer = null;
let broken = false;
let opened = () => {};

/** Listen as the person we are now; hangs up on whoever we were before. Resolves once we hear: what
 * is asked for earlier may be answered to the deaf. */
export function listen() {
  hangUp();
  attempt = 0;
  broken = true;
  return new Promise((resolve) => {
    opened = resolve;
    setTimeout(resolve, LONGEST_DEAF);
    connect();
  });
}

function hangUp() {
  clearTimeout(timer);
  const old = socket;
  socket = null;
  old?.close();
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}/ui/live?as=${encodeURIComponent(session.me.id)}`);
  socket = mine;
  mine.onopen = () => {
    if (mine !== socket) return;
    attempt = 0;
    emit("live:up");
    // Whatever happened while we were deaf is read again.
    if (broken) emit("resync");
    broken = false;
    opened();
  };
  mine.onmessage = (event) => {
    if (mine !== socket) return;
    const news = JSON.parse(event.data);
    emit(news.type, news);
  };
  mine.onclose = () => {
    if (mine !== socket) return;
    broken = true;
    attempt += 1;
    emit("live:down");
    timer = setTimeout(connect, Math.min(SLOWEST, 250 * 2 ** attempt));
  };
}
