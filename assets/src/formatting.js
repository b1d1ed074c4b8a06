// Writes one value for a tooltip, as the panels write it: `write` of twin/faces/formatting.py, held to it by one table of values.

import { DASH, duration } from './durations.js';

const MINUS = '−';
const LEAST_SHARE = 0.05;
const MOST_SHARE = 99.95;

/** Halves away from zero, and never a zero below zero. @param {number} value @param {number} digits @param {number} [least] */
function decimal(value, digits, least = digits) {
  const text = new Intl.NumberFormat('en', { maximumFractionDigits: digits, minimumFractionDigits: least, signDisplay: 'negative' }).format(value);
  return text.replace('-', MINUS);
}

/** As many digits as it is worth: three, at most one decimal from ten on. @param {number} value */
function number(value) {
  const size = Math.abs(value);
  return decimal(value, size >= 100 ? 0 : size >= 10 ? 1 : 2, 0);
}

/** What is not all is never 100.0, and what is not nothing never 0.0. @param {number} value */
function percent(value) {
  if (value > 0 && value < LEAST_SHARE) return '<0.1';
  return value >= MOST_SHARE && value < 100 ? '99.9' : decimal(value, 1);
}

/** By the city's clocks; the time alone on the day of `now`. @param {any} value @param {string} [zone] @param {number} [now] ms since the epoch */
function moment(value, zone, now) {
  const parts = /** @type {const} */ ({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...parts });
  const [date, time] = clock.format(new Date(value)).split(' ');
  return now !== undefined && clock.format(now).startsWith(date) ? time : `${date} ${time}`;
}

/**
 * @param {any} value null is unknown, drawn as a dash
 * @param {string} form as `Field.format` of twin/layer.py
 * @param {{zone?: string, now?: number, words?: Record<string, string>, said?: Record<string, string>}} how the city's zone, the
 *   hall's present where moments of today go without a date, words for codes, messages of durations
 * @returns {string}
 */
export function write(value, form, { zone, now, words, said }) {
  if (value === null || value === undefined || value === '' || Number.isNaN(value)) return DASH;
  if (words && String(value) in words) return words[String(value)];
  if (form === 'moment') return moment(value, zone, now);
  if (typeof value !== 'number') return String(value);
  if (form === 'year') return String(Math.round(value));
  if (form === 'count') return decimal(value, 0);
  if (form === 'percent') return `${percent(value)}%`;
  if (form === 'duration' || form === 'age') return duration(value, said ?? {});
  return number(value);
}
