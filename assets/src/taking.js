// Painted markup is taken over in place: what has the focus, is scrolled, opened or chosen stays so, and rows stay rows of their things.

import morph from 'morphdom';

const FOCUSABLE = 'a[href], button:not(:disabled), select, summary, [tabindex="0"]';
/** By these somebody who is at a thing finds it again where it was painted anew. */
const MARKS = ['data-action', 'data-filter', 'data-opens', 'data-map', 'data-day', 'href'];

/** @param {string} html @returns {HTMLElement} */
function made(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return /** @type {HTMLElement} */ (template.content.firstElementChild ?? document.createElement('i'));
}

/** What each row is of; of several of one thing the first, the second and so on. @param {Element} root @param {Map<Node, string>} keys */
function key(root, keys) {
  const seen = new Map();
  for (const node of root.querySelectorAll('[data-id], [data-layer], .close[data-action]')) {
    if (!(node instanceof HTMLElement)) continue;
    const thing = node.dataset.id ?? node.dataset.layer ?? node.dataset.action;
    if (!thing) continue;
    const name = `${node.tagName} ${thing}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    keys.set(node, `${name} ${seen.get(name)}`);
  }
}

/** What somebody has opened, types in, or is choosing from, stays so while what stands in it changes. @param {Element} from @param {Element} to */
function keeps(from, to) {
  if (from.id === 'search' && to.id === 'search' && from.getAttribute('lang') === to.getAttribute('lang')) return false;
  if (from instanceof HTMLSelectElement && from.dataset.speed) return false;
  if (from instanceof HTMLInputElement && from.dataset.date && from === document.activeElement) return false;
  if (from instanceof HTMLDetailsElement && to instanceof HTMLDetailsElement) to.open = from.open;
  return !(from instanceof HTMLSelectElement && from === document.activeElement && from.matches(':open, :focus-visible'));
}

/** Take over one part; one panel never turns into another. @param {HTMLElement} old @param {string} html */
export function take(old, html) {
  const fresh = made(html);
  if (old.dataset.panel !== fresh.dataset.panel) return old.replaceWith(fresh);
  const keys = new Map();
  key(old, keys);
  key(fresh, keys);
  morph(old, fresh, { getNodeKey: (node) => keys.get(node) ?? (node instanceof Element ? node.id : ''), onBeforeElUpdated: keeps });
}

/** @param {Element} parent @param {string} html */
export const add = (parent, html) => parent.append(made(html));

/** @param {Element} node @returns {string} id of the place that it stands in; '' for none */
const placeOf = (node) => node.closest('#top, #banner, #headline, #legend, #side, #foot')?.id ?? '';

/** @param {Element} node @returns {string[]} selectors that find it again, or what takes its place */
export function traces(node) {
  const place = placeOf(node);
  if (!place) return [];
  const own = MARKS.filter((name) => node.hasAttribute(name)).map((name) => `#${place} [${name}="${CSS.escape(node.getAttribute(name) ?? '')}"]`);
  return node.id ? [`#${CSS.escape(node.id)}`, ...own] : own;
}

/** @param {string[]} selectors @returns {HTMLElement | null} */
export function found(selectors) {
  for (const each of selectors) {
    const node = document.querySelector(each);
    if (node instanceof HTMLElement) return node;
  }
  return null;
}

/** @param {Element} node */
function beside(node) {
  const rows = [];
  for (let next = node.nextElementSibling; next; next = next.nextElementSibling) rows.push(next);
  for (let before = node.previousElementSibling; before; before = before.previousElementSibling) rows.push(before);
  return rows.filter((each) => each.matches(FOCUSABLE));
}

/** Give back the focus that a change took. @param {string[]} opened where to go once what had the focus has opened something, or was closed */
function refocusing(opened) {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || !placeOf(at)) return () => {};
  const [same, near, place] = [traces(at), beside(at), placeOf(at)];
  const around = place === 'side' ? [...opened, '#side .close'] : [];
  return () => {
    if (document.activeElement === at) return;
    const neighbour = near.find((each) => each.isConnected);
    const next = at.isConnected && at.matches(FOCUSABLE) ? at : (found(same) ?? neighbour ?? found([...around, `#${place} :is(${FOCUSABLE})`, '#map canvas']));
    if (next instanceof HTMLElement) next.focus({ preventScroll: next === at });
  };
}

/** What is marked as text stays marked, where it is still there. */
function reselecting() {
  const marked = getSelection();
  if (!marked || marked.isCollapsed || !marked.anchorNode || !marked.focusNode) return () => {};
  const { anchorNode, anchorOffset, focusNode, focusOffset } = marked;
  const within = (/** @type {Node} */ node, /** @type {number} */ offset) => Math.min(offset, node.nodeType === Node.TEXT_NODE ? (node.nodeValue ?? '').length : node.childNodes.length);
  return () => {
    if (!anchorNode.isConnected || !focusNode.isConnected) return;
    marked.setBaseAndExtent(anchorNode, within(anchorNode, anchorOffset), focusNode, within(focusNode, focusOffset));
  };
}

/** What is read in a panel stays where it is while something above it grows. @param {boolean} isSame whether the panel is still of the same thing */
function rescrolling(isSame) {
  const side = document.getElementById('side');
  if (!side?.scrollTop) return () => {};
  const { top, bottom } = side.getBoundingClientRect();
  const seen = (/** @type {string} */ kinds) => Array.from(side.querySelectorAll(kinds)).find((node) => {
    const at = node.getBoundingClientRect().top;
    return at >= top && at < bottom;
  });
  const read = seen('[data-id]') ?? seen('tr, li, h2, h3, p, .panel'); // rows are read, and others may come between them and their heading
  const [stood, scrolled] = [read?.getBoundingClientRect().top ?? 0, side.scrollTop];
  return () => {
    if (!isSame) side.scrollTop = 0;
    else if (read?.isConnected) side.scrollTop += read.getBoundingClientRect().top - stood;
    else side.scrollTop = scrolled;
  };
}

/**
 * Note what somebody is at, before a change.
 * @param {boolean} isSame whether the panel is still of the same thing
 * @param {string[]} opened where the focus goes if what it was on is gone
 * @returns {() => void} puts it back, after the change
 */
export function holding(isSame, opened) {
  const [scroll, select, focus] = [rescrolling(isSame), reselecting(), refocusing(opened)];
  return () => {
    scroll();
    select();
    focus();
  };
}
