// How durations are written: by the steps of twin/faces/formatting.json, as twin/faces/durations.py writes them. One table of
// values (tests/faces/values.toml) holds the two together.

import rules from '../../twin/faces/formatting.json';

/** @typedef {{per_s: number, of?: number, wide?: number, tenths?: boolean}} Part see `Part` of twin/faces/rules.py */
/** @typedef {{below_s?: number, text: string, say?: string, parts: Record<string, Part>}} Step */
/** @typedef {Record<string, string>} Words messages by key, their values in braces */

const HOUR = 3600;
export const DASH = rules.dash;

/** Thousands apart. @param {string} digits */
export const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, rules.group);

/** @param {string} text @param {Record<string, string>} values */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** Never rounded up, and whole at any size: a number of JavaScript is not, from 2^53 on. @param {Part} part @param {bigint} total s */
function digits({ per_s: per, of = 0, wide = 0, tenths }, total) {
  const count = total / BigInt(per);
  if (tenths) return `${grouped(String(count / 10n))}${rules.point}${count % 10n}`;
  return String(of ? count % BigInt(of) : count).padStart(wide, '0');
}

/** @param {bigint} total s @param {Step} step @param {Words} words */
function written(total, { text, say, parts }, words) {
  const values = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, digits(part, total)]));
  return filled((say && words[say]) || text, values);
}

/** @param {bigint} total s @param {Step[]} steps */
const stepOf = (total, steps) => steps.find(({ below_s: below }) => below === undefined || total < below) ?? steps[steps.length - 1];

/** Nothing lasts less than no time: that is unknown. @param {number} seconds @param {Words} words */
export function duration(seconds, words) {
  if (!(seconds >= 0 && seconds < Infinity)) return DASH;
  const total = BigInt(Math.floor(seconds + 0.5));
  return written(total, stepOf(total, rules.durations), words);
}

/** How long ago; what is still to come has no age. @param {number} seconds @param {Words} words */
export function age(seconds, words) {
  if (!(seconds >= 0 && seconds < Infinity)) return DASH;
  const total = BigInt(Math.floor(seconds));
  return written(total, stepOf(total, rules.ages), words);
}

/** How far a clock is behind. @param {number} seconds whole @param {Words} words */
export function behind(seconds, words) {
  const n = seconds < rules.behind.below_s ? written(BigInt(seconds), rules.behind, words) : duration(seconds, words);
  return filled(words['clock-behind'] ?? '{n}', { n });
}

/** How long the link has been silent: as a stop watch below an hour. @param {number} seconds whole @param {Words} words */
export function silent(seconds, words) {
  const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, '0');
  const n = seconds >= HOUR ? duration(seconds, words) : `${two(seconds / 60)}:${two(seconds % 60)}`;
  return filled(words.offline ?? '{n}', { n });
}
