// The address bar: who you are and what you look at, so that two windows can be two people.

const KEYS = ["as", "v", "c", "t", "tab", "box", "m"];

/** v: channel | app | mail | traffic; c: channel; t: thread; tab: of the app; box: mailbox; m: mail. */
export function readRoute() {
  const found = new URLSearchParams(location.hash.replace(/^#/, ""));
  const route = {};
  for (const key of KEYS) if (found.get(key)) route[key] = found.get(key);
  return route;
}

export function hrefOf(route) {
  const params = new URLSearchParams();
  for (const key of KEYS) if (route[key]) params.set(key, route[key]);
  return `#${params}`;
}

/** The same person somewhere else. */
export function placeOf(place) {
  return hrefOf({ as: readRoute().as, ...place });
}

export function go(place) {
  location.hash = placeOf(place);
}

/** Change part of where we are; null removes a part. */
export function adjust(changes) {
  location.hash = hrefOf({ ...readRoute(), ...changes });
}

/** As `adjust`, without a step for the back button. */
export function settle(changes) {
  history.replaceState(null, "", hrefOf({ ...readRoute(), ...changes }));
}
