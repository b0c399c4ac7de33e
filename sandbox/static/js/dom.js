// Building DOM nodes by hand. Nothing here, or anywhere else, turns data into HTML text.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on…` functions become listeners, `data` a dataset, everything else attributes. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) setProp(node, key, value);
  node.append(...nodesOf(children));
  return node;
}

export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes ?? {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Replace what is inside a node. */
export function put(node, ...children) {
  node.replaceChildren(...nodesOf(children));
  return node;
}

/** What children really are: nested lists flattened, holes left out. */
export function nodesOf(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "class") node.className = value;
  else if (key === "data") setData(node, value);
  else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
  else if (key === "value") node.value = value;
  else if (key.startsWith("on") && typeof value === "function") node.addEventListener(key.slice(2), value);
  else node.setAttribute(key, value === true ? "" : value);
}

function setData(node, data) {
  for (const [name, value] of Object.entries(data)) {
    if (value !== null && value !== undefined) node.dataset[name] = value;
  }
}

let serial = 0;

/** An id nobody else on this page has. */
export function newId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}

/** Put children in this order without moving the ones already in place, so focus stays. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let cursor = parent.firstChild;
  for (const child of wanted) {
    if (child === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(child, cursor);
  }
}

export function sameData(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Where Tab can go inside a node, in order. */
export function focusables(node) {
  const all = node.querySelectorAll(
    'a[href], button, input, select, textarea, iframe, [contenteditable="true"], [tabindex]',
  );
  return [...all].filter((each) => !each.disabled && each.tabIndex >= 0 && each.getClientRects().length > 0);
}

export function debounce(wait, task) {
  let timer = null;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => task(...args), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}
