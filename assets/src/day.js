// The day under the map as a slider: any minute of it can be looked at, by a pointer or by keys.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 5 * MINUTE;
/** Where somebody is choosing, ms since the epoch; null while nobody is. @type {{at: number | null, isPointed: boolean}} */
const choice = { at: null, isPointed: false };

const box = () => /** @type {HTMLElement | null} */ (document.querySelector('.page:not(.framed) [data-day]'));

/** @param {HTMLElement} node */
function read(node) {
  const hours = /** @type {[string, number | null][]} */ (JSON.parse(node.dataset.day ?? '[]'));
  const from = Date.parse(hours[0][0]);
  const newest = Date.parse(node.dataset.until ?? '');
  const end = from + hours.length * HOUR;
  return { hours, from, end, to: Math.max(from, Math.min(end - MINUTE, newest)), as_of: Date.parse(node.dataset.at ?? '') };
}

/** @param {number} ms @param {string} zone */
function written(ms, zone) {
  const at = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return at.format(ms);
}

/** The moment under a pointer, to the minute; null beside what has happened. @param {HTMLElement} node @param {number} x */
function under(node, x) {
  const { left, width } = node.getBoundingClientRect();
  const { from, end, to } = read(node);
  const at = from + Math.round((((x - left) / width) * (end - from)) / MINUTE) * MINUTE;
  return at > to + STEP ? null : Math.min(Math.max(at, from), to);
}

/** Show where somebody is choosing, and what stood there. @param {string} zone */
export function refresh(zone) {
  const node = box();
  if (!node) return;
  const { hours, from, end, to, as_of } = read(node);
  const at = choice.at ?? Math.min(Math.max(as_of, from), to);
  const value = hours[Math.min(Math.floor((at - from) / HOUR), hours.length - 1)]?.[1];
  const n = value === null || value === undefined ? '—' : value.toLocaleString('en-US');
  const told = (node.dataset.told ?? '').replace('{moment}', written(at, zone)).replace('{n}', n);
  node.setAttribute('aria-valuetext', told);
  node.setAttribute('aria-valuenow', String(Math.round((at - from) / MINUTE)));
  const [cross, tip] = [node.querySelector('.day-cross'), node.querySelector('.day-told')];
  if (!(cross instanceof HTMLElement) || !(tip instanceof HTMLElement)) return;
  cross.hidden = choice.at === null;
  tip.hidden = choice.at === null;
  const share = (at - from) / (end - from);
  cross.style.left = `${100 * share}%`;
  tip.style.left = share < 0.5 ? `${100 * share}%` : '';
  tip.style.right = share < 0.5 ? '' : `${100 * (1 - share)}%`;
  tip.textContent = told;
}

/** @param {number | null} at @param {boolean} isPointed @param {string} zone */
function choose(at, isPointed, zone) {
  Object.assign(choice, { at, isPointed });
  refresh(zone);
}

/** A moment as an address has it. @param {number} ms */
const text = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');

/** @param {KeyboardEvent} event @param {number} at where the slider stands @param {{from: number, to: number}} ends */
function next({ key, shiftKey }, at, { from, to }) {
  const step = shiftKey ? HOUR : STEP;
  if (key === 'Home') return from;
  if (key === 'End') return to;
  if (key === 'PageUp' || key === 'PageDown') return at + (key === 'PageUp' ? HOUR : -HOUR);
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.ceil(at / STEP) * STEP - step;
  return key === 'ArrowRight' || key === 'ArrowUp' ? Math.floor(at / STEP) * STEP + step : null;
}

/**
 * @param {KeyboardEvent} event @param {string} zone
 * @returns {Record<string, string> | boolean} what to do, or whether the key was the slider's
 */
export function key(event, zone) {
  const node = box();
  if (!node || event.target !== node || event.ctrlKey || event.metaKey || event.altKey) return false;
  const { from, to, as_of } = read(node);
  const at = choice.at ?? Math.min(Math.max(as_of, from), to);
  if (event.key === 'Enter' || event.key === ' ') {
    choose(null, false, zone);
    return { as_of: text(at) };
  }
  if (event.key === 'Escape') {
    if (choice.at === null) return node.hasAttribute('data-held') ? { as_of: 'live' } : false;
    choose(null, false, zone);
    return true;
  }
  const to_ms = next(event, at, { from, to });
  if (to_ms === null) return false;
  choose(Math.min(Math.max(to_ms, from), to), false, zone);
  return true;
}

/** Begin to follow pointers. @param {() => string} zone the city's @param {(asked: Record<string, string>) => void} act */
export function follow(zone, act) {
  const over = (/** @type {Event} */ { target }) => (target instanceof Element ? target.closest('.page:not(.framed) [data-day]') : null);
  document.addEventListener('pointermove', (event) => {
    const node = over(event);
    if (node instanceof HTMLElement) choose(under(node, event.clientX), true, zone());
    else if (choice.isPointed) choose(null, false, zone());
  });
  document.addEventListener('focusout', ({ target }) => {
    if (target === box()) choose(null, false, zone());
  });
  document.addEventListener('click', (event) => {
    const node = over(event);
    const at = node instanceof HTMLElement ? under(node, event.clientX) : null;
    if (at === null) return;
    choose(null, false, zone());
    act({ as_of: text(at) });
  });
}
