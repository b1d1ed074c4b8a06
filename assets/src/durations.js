// How durations are written; `duration`, `age` and `behind` of twin/faces/formatting.py write the same, and a test holds them together.

const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const YEAR = 365 * DAY;
export const DASH = '—';

/** @typedef {Record<string, string>} Words messages by key, their values in braces */

/** @param {Words} words @param {string} key @param {Record<string, string | number>} values */
const say = (words, key, values) => (words[key] ?? Object.keys(values).map((name) => `{${name}}`).join(' ')).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));

/** Years with one decimal, not rounded up. @param {number} total whole seconds */
function years(total) {
  const tenths = Math.floor((total * 10) / YEAR);
  return `${new Intl.NumberFormat('en').format(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** @param {number} total whole seconds */
function short(total) {
  const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, '0');
  if (total >= HOUR) return `${Math.floor(total / HOUR)} h ${two((total % HOUR) / MINUTE)}′`;
  return total >= MINUTE ? `${Math.floor(total / MINUTE)}′${two(total % MINUTE)}″` : `${total}″`;
}

/** @param {number} total whole seconds @param {Words} words */
function long(total, words) {
  const [d, h] = [Math.floor(total / DAY), Math.floor((total % DAY) / HOUR)];
  if (total < 60 * DAY) return say(words, 'duration-days-hours', { d, h });
  if (total < YEAR) return say(words, 'duration-days', { d });
  return say(words, 'duration-years', { y: years(total) });
}

/** Nothing lasts less than no time: that is unknown. @param {number} seconds @param {Words} words */
export function duration(seconds, words) {
  if (seconds < 0) return DASH;
  const total = Math.floor(seconds + 0.5);
  return total < 48 * HOUR ? short(total) : long(total, words);
}

/** How long ago; what is still to come has no age. @param {number} seconds @param {Words} words */
export function age(seconds, words) {
  const whole = Math.floor(seconds);
  if (whole < 0) return DASH;
  if (whole >= YEAR) return say(words, 'age-years', { n: years(whole) });
  for (const [unit, size] of /** @type {[string, number][]} */ ([['days', DAY], ['hours', HOUR], ['minutes', MINUTE]])) {
    if (whole >= 2 * size) return say(words, `age-${unit}`, { n: Math.floor(whole / size) });
  }
  return say(words, 'age-seconds', { n: whole });
}

/** How far a clock is behind. @param {number} seconds @param {Words} words */
export function behind(seconds, words) {
  const n = seconds >= 48 * HOUR ? duration(seconds, words) : say(words, 'duration-minutes', { m: Math.floor(seconds / MINUTE) });
  return say(words, 'clock-behind', { n });
}

/** How long the link has been silent: as a stop watch below an hour. @param {number} seconds whole @param {Words} words */
export function silent(seconds, words) {
  const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, '0');
  const n = seconds >= HOUR ? duration(seconds, words) : `${two(seconds / MINUTE)}:${two(seconds % MINUTE)}`;
  return say(words, 'offline', { n });
}
