// A place that shows blocks (a message, a modal, the home) and remembers what was typed into them.

import { act } from "./api.js";
import { blockNode } from "./blocks.js";
import { arrange, h, sameData } from "./dom.js";
import { confirmed } from "./confirm.js";
import { initialValue, isInput, stillOffered, storedValue } from "./values.js";

const key = (block, element) => `${block.block_id}\u0000${element.action_id}`;

export class Surface {
  /** `where` is what the server needs to find these blocks again. */
  constructor(where, { kind, onTrouble = null }) {
    this.where = where;
    this.kind = kind;
    this.onTrouble = onTrouble;
    this.values = new Map();
    this.node = h("div", { class: `blocks blocks-${kind}` });
    this.shown = new Map();
  }

  /** Remember what the server has of fields nobody touched in this window. */
  adopt(stored) {
    this.stored = stored ?? {};
  }

  /** Show these blocks, keeping typed text, focus and every node that did not change. */
  render(blocks) {
    const focus = focusIn(this.node);
    this.blocks = blocks;
    this.#forgetGone(blocks);
    const next = new Map();
    const nodes = blocks.map((block, i) => {
      const name = block.block_id ?? `#${i}`;
      const before = this.shown.get(name);
      const kept = before && sameData(shape(before.block), shape(block)) ? before.node : null;
      const node = kept ?? blockNode(block, this);
      next.set(name, { block, node });
      return node;
    });
    this.shown = next;
    arrange(this.node, nodes);
    restoreFocus(this.node, focus);
    return this.node;
  }

  /** What is in this field now: what was typed, or what the app put there. */
  value(block, element) {
    const id = key(block, element);
    const held = this.values.get(id);
    if (held && held.type === element.type && stillOffered(element, held.value)) return held.value;
    const known = this.stored?.[block.block_id]?.[element.action_id];
    const stored = known?.type === element.type ? storedValue(element, known) : undefined;
    const value = stored !== undefined && stillOffered(element, stored) ? stored : initialValue(element);
    this.values.set(id, { type: element.type, value });
    return value;
  }

  /** Every field with its value, in the server's shape. */
  state() {
    const state = {};
    for (const { block, element } of this.fields()) {
      (state[block.block_id] ??= {})[element.action_id] = this.value(block, element);
    }
    return state;
  }

  fields() {
    return (this.blocks ?? []).flatMap((block) =>
      elementsOf(block).filter(isInput).map((element) => ({ block, element })));
  }

  /** The person changed a field; tell the app when it asked to be told. */
  async changed(block, element, value) {
    const before = this.value(block, element);
    this.values.set(key(block, element), { type: element.type, value });
    if (block.type === "input") this.clearError(block.block_id);
    if (block.type === "input" && !dispatches(block, element)) return true;
    if (await this.dispatch(block, element, value)) return true;
    this.values.set(key(block, element), { type: element.type, value: before });
    return false;
  }

  /** Typing is stored at once but told only on Enter, or with each character when the app asks. */
  typed(block, element, value) {
    this.values.set(key(block, element), { type: element.type, value });
    this.clearError(block.block_id);
  }

  /** Send block_actions. False only when the person declined the app's confirmation. */
  async dispatch(block, element, selected) {
    if (!(await confirmed(element.confirm))) return false;
    const body = { where: this.where, block_id: block.block_id, action_id: element.action_id, state: this.state() };
    if (selected !== undefined) body.selected = selected;
    this.onTrouble?.(null);
    try {
      await act("/ui/action", body);
    } catch (refused) {
      this.onTrouble?.(refused.message);
    }
    return true;
  }

  async options(block, element, query) {
    return await act("/ui/options", { where: this.where, block_id: block.block_id, action_id: element.action_id, query });
  }

  clearError(blockId) {
    const error = this.node.querySelector(`[data-error-for="${CSS.escape(blockId ?? "")}"]`);
    if (!error?.textContent) return;
    error.textContent = "";
    error.closest(".input-block")?.classList.remove("has-error");
  }

  /** Write errors under their fields and go to the first. */
  showErrors(errors) {
    for (const block of this.blocks) if (block.type === "input") this.clearError(block.block_id);
    for (const [blockId, sentence] of Object.entries(errors)) {
      const line = this.node.querySelector(`[data-error-for="${CSS.escape(blockId)}"]`);
      if (!line) continue;
      line.textContent = sentence;
      line.closest(".input-block").classList.add("has-error");
    }
    const first = this.node.querySelector(".has-error");
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector('input, textarea, [contenteditable="true"], select')?.focus();
  }

  #forgetGone(blocks) {
    const alive = new Set(blocks.flatMap((block) => elementsOf(block).map((element) => key(block, element))));
    for (const id of this.values.keys()) if (!alive.has(id)) this.values.delete(id);
  }
}

export function elementsOf(block) {
  if (block.type === "input") return [block.element];
  if (block.type === "section") return block.accessory ? [block.accessory] : [];
  return block.type === "actions" ? block.elements : [];
}

export function dispatches(block, element) {
  return block.type !== "input" || (block.dispatch_action === true && element.type !== "file_input");
}

/** A block without the initial values that a shown field no longer listens to. */
function shape(block) {
  if (block.type !== "input") return block;
  const element = Object.fromEntries(Object.entries(block.element).filter(([name]) => !name.startsWith("initial_")));
  return { ...block, element };
}

function focusIn(node) {
  const here = document.activeElement;
  if (!here || !node.contains(here) || !here.dataset.actionId) return null;
  const range = typeof here.selectionStart === "number" ? [here.selectionStart, here.selectionEnd] : null;
  return { here, block: here.dataset.blockId, action: here.dataset.actionId, value: here.dataset.optionValue, range };
}

function restoreFocus(node, focus) {
  if (!focus || focus.here.isConnected) return;
  const same = [...node.querySelectorAll("[data-action-id]")].filter(
    (each) => each.dataset.blockId === focus.block && each.dataset.actionId === focus.action,
  );
  const target = same.find((each) => each.dataset.optionValue === focus.value) ?? same[0];
  target?.focus({ preventScroll: true });
  if (focus.range && target?.setSelectionRange) {
    try { target.setSelectionRange(...focus.range); } catch { /* number and e-mail fields have no caret */ }
  }
}
