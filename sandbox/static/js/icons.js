// Line icons, drawn on a 20 × 20 grid.

import { svg } from "./dom.js";

const PATHS = {
  file: "M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15",
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  home: "M3 9.5 10 3.5l7 6V16a1 1 0 0 1-1 1h-3.5v-4.5h-5V17H4a1 1 0 0 1-1-1z",
  mail: "M3 5h14v10.5H3zM3.5 5.5 10 11l6.5-5.5",
  traffic: "M3 7h12M12 4l3 3-3 3M17 13H5M8 10l-3 3 3 3",
  help: "M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4M7.8 7.9a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M10 14v.2",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4 6 10l6 6",
  down: "M5 7.5l5 5 5-5",
  right: "M7.5 5l5 5-5 5",
  more: "M10 4.6v.1M10 10v.1M10 15.4v.1",
  plus: "M10 4v12M4 10h12",
  bolt: "M11 2.5 4.5 11.5H9l-.8 6 6.8-9.3h-4.6z",
  thread: "M4 4h12v9H9.5L6 16v-3H4zM7 7.3h6M7 9.9h4",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M7 12c1.4 2 4.6 2 6 0M7.6 8v.1M12.4 8v.1",
  pencil: "M3.5 16.5l.8-3.6L13.5 3.7l2.8 2.8-9.2 9.2z",
  trash: "M4 5.5h12M8 5.5V3.8h4v1.7M5.5 5.5l.7 11h7.6l.7-11M8.4 8.5v5M11.6 8.5v5",
  eye: "M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  send: "M3.2 3.6 17 10 3.2 16.4 5 10.9 11 10 5 9.1z",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4",
  check: "M4 10.5 8.2 15 16 5.5",
  window: "M8 4H4v12h12v-4M11.5 3.5h5v5M16 4l-7 7",
  at: "M12.8 10a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0v1.2a1.9 1.9 0 0 0 3.8 0V10a6.6 6.6 0 1 0-2.6 5.2",
  slash: "M12.5 3.5l-5 13",
  bold: "M6 4h4.6a3 3 0 0 1 0 6H6zM6 10h5.4a3.2 3.2 0 0 1 0 6.4H6z",
  italic: "M9 4h5M6 16h5M11.8 4 8.2 16",
  strike: "M3.5 10h13M14 6.3C13.5 4.7 12 4 10 4 7.7 4 6 5.1 6 7M6 13.4C6.5 15.2 8 16 10 16c2.3 0 4-1.1 4-3 0-1-.4-1.7-1.2-2.2",
  code: "M7 6 3 10l4 4M13 6l4 4-4 4",
  codeblock: "M3 4h14v12H3zM7.5 8 5.5 10l2 2M12.5 8l2 2-2 2",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.8-2.8a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.8 2.8a3 3 0 0 0 4.3 4.3l1-1",
  bullets: "M8 5h9M8 10h9M8 15h9M4 5v.1M4 10v.1M4 15v.1",
  numbers: "M8.5 5h8.5M8.5 10h8.5M8.5 15h8.5M3.5 3.8 4.8 3v4M3.3 12.5c1.8-1.2 2.7.3 1.6 1.3L3.3 16h2.2",
  quote: "M4 4v12M8 6h9M8 10h9M8 14h6",
  reply: "M8 5 3.5 9.5 8 14M3.5 9.5H12a4.5 4.5 0 0 1 4.5 4.5v1.5",
  forward: "M12 5 16.5 9.5 12 14M16.5 9.5H8A4.5 4.5 0 0 0 3.5 14v1.5",
  sun: "M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M10 2.5v1.8M10 15.7v1.8M2.5 10h1.8M15.7 10h1.8M4.7 4.7 6 6M14 14l1.3 1.3M4.7 15.3 6 14M14 6l1.3-1.3",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8z",
  warning: "M10 3.2 17.5 16.5h-15zM10 8v4M10 14.3v.1",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 9.2v4.3M10 6.7v.1",
  people: "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4M2.5 16c.3-3 2.2-4.5 5-4.5s4.7 1.5 5 4.5zM13 9.3a2.3 2.3 0 0 0 .3-4.6M14.5 11.6c1.8.5 2.8 2 3 4.4",
  pause: "M7 4.5v11M13 4.5v11",
  play: "M6 4.3 15.5 10 6 15.7z",
};

/** Decoration only: whoever shows an icon names it in words. */
export function icon(name, size = 20) {
  const frame = svg("svg", {
    viewBox: "0 0 20 20", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true",
    fill: "none", stroke: "currentColor", "stroke-width": name === "more" ? "2.6" : "1.6",
    "stroke-linecap": "round", "stroke-linejoin": "round",
  });
  frame.append(svg("path", { d: PATHS[name] }));
  return frame;
}

/** The sandboxed app's face: a counter bell. */
export function appFace() {
  return svg("svg", { viewBox: "0 0 32 32", class: "app-face", "aria-hidden": "true" },
    svg("rect", { width: 32, height: 32, fill: "#4a154b" }),
    svg("path", { d: "M6.5 21.5a9.5 9.5 0 0 1 19 0z", fill: "#ecb22e" }),
    svg("path", { d: "M6.5 24.3h19", stroke: "#fff", "stroke-width": 3, "stroke-linecap": "round" }),
    svg("path", { d: "M16 12V8.5M14 8h4", stroke: "#fff", "stroke-width": 2.6, "stroke-linecap": "round" }));
}
