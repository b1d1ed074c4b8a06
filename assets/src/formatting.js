// Writes one value for a tooltip, as the panels write it: by the rules of twin/faces/formatting.json, as twin/faces/formatting.py
// does. One table of values (tests/faces/values.toml) holds the two together.

import rules from '../../twin/faces/formatting.json';
import { DASH, duration, grouped } from './durations.js';

/** @typedef {import('./durations.js').Words} Words */

/**
 * A number to so many digits after the point, halves away from zero, and never a zero below zero. 12.35 is the number that people
 * read, not the binary one a hair below it: so it is rounded by its digits.
 * @param {number} value finite @param {number} after @returns {{sign: string, whole: string, part: string}}
 */
function rounded(value, after) {
  const [, minus, whole, part = '', power = '0'] = /** @type {string[]} */ (/^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)));
  const shift = after - part.length + Number(power);
  const all = BigInt(whole + part);
  const unit = 10n ** BigInt(Math.abs(shift));
  const count = shift >= 0 ? all * unit : (all + unit / 2n) / unit;
  const digits = String(count).padStart(after + 1, '0');
  const at = digits.length - after;
  return { sign: minus && count ? rules.minus : '', whole: digits.slice(0, at), part: digits.slice(at) };
}

/** @param {number} value @param {number} after */
function decimal(value, after) {
  const { sign, whole, part } = rounded(value, after);
  return `${sign}${grouped(whole)}${part && rules.point}${part}`;
}

/** As many digits as it is worth; none that is an empty 0. @param {number} value */
function number(value) {
  const { sign, whole, part } = rounded(value, rules.digits.find(({ from }) => Math.abs(value) >= from)?.digits ?? 0);
  const worth = part.replace(/0+$/, '');
  return `${sign}${grouped(whole)}${worth && rules.point}${worth}`;
}

/** What is not all is never 100.0, and what is not nothing never 0.0. @param {number} value */
function percent(value) {
  const { digits, least, below, most, above } = rules.percent;
  if (value > 0 && value < least) return below;
  return value >= most && value < 100 ? above : decimal(value, digits);
}

/** Date and time of day by the city's clocks. @param {any} at a moment, ms since the epoch @param {string} zone @returns {string[]} */
function local(at, zone) {
  const parts = /** @type {const} */ ({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...parts }).format(new Date(at)).split(' ');
}

/** The time of day in the city's zone. @param {number} at ms since the epoch @param {string} zone */
export const clockTime = (at, zone) => local(at, zone)[1];

/** The time alone on the day of `now`. @param {any} at @param {string} [zone] @param {number} [now] ms since the epoch */
function moment(at, zone, now) {
  // by the clock of whoever looks it would be another time than the one beside it on the page
  if (!zone || Number.isNaN(Number(new Date(at)))) return DASH;
  const [date, time] = local(at, zone);
  return now !== undefined && local(now, zone)[0] === date ? time : `${date} ${time}`;
}

/** The message of a code; an unknown one answers its key, so that nothing goes blank. @param {string} key @param {Words} said */
const message = (key, said) => said[key] ?? key;

/** A whole number without thousands apart. @param {number} value */
const plain = (value) => Object.values(rounded(value, 0)).join('');

/** How numbers of a form are written; what has no form of its own is a measured number. */
const FORMS = /** @type {Record<string, (value: number, said: Words) => string>} */ ({
  count: (value) => decimal(value, 0),
  percent,
  year: plain,
  priority: (value, said) => message(`priority-${plain(value).replace(rules.minus, '-')}`, said),
  duration,
  age: duration,
});

/**
 * @param {any} value null is unknown, drawn as a dash
 * @param {string} form as `Field.format` of twin/layer.py; its unit is not written
 * @param {{zone?: string, now?: number, words?: Record<string, string>, said?: Words}} how the city's zone, without which no moment
 *   is written; the hall's present, where moments of its day go without a date; words for codes; messages
 * @returns {string}
 */
export function write(value, form, { zone, now, words, said = {} }) {
  if (value === null || value === undefined || value === '') return DASH;
  if (words && Object.hasOwn(words, value)) return words[value];
  if (typeof value === 'boolean') return String(value);
  if (form === 'moment') return moment(value, zone, now);
  if (typeof value === 'number') return Number.isFinite(value) ? (FORMS[form] ?? number)(value, said) : DASH;
  if (form === 'message') return message(value, said);
  return form === 'stage' || form === 'state' ? message(`${form}-${value}`, said) : String(value);
}

/**
 * As `write`, with the unit that the form has by itself: 62.4%. A line of a tooltip names no unit elsewhere.
 * @type {typeof write}
 */
export function writeAlone(value, form, how) {
  const text = write(value, form, how);
  return text === DASH ? text : `${text}${/** @type {Record<string, string>} */ (rules.units)[form] ?? ''}`;
}
