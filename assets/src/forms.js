// Writes one value for a tooltip, as the panels write it.

import { DASH, duration } from './durations.js';

/**
 * @param {any} value null is unknown, drawn as a dash
 * @param {string} form as `Field.form` of twin/layer.py
 * @param {{lang: string, zone?: string, words?: Record<string, string>, said?: Record<string, string>}} how language, the city's
 *   zone, words for codes, messages of durations
 * @returns {string}
 */
export function write(value, form, { lang, zone, words, said }) {
  if (value === null || value === undefined || value === '' || Number.isNaN(value)) return DASH;
  if (words && String(value) in words) return words[String(value)];
  if (form === 'count') return new Intl.NumberFormat(lang, { maximumFractionDigits: 0 }).format(value);
  if (form === 'number') return new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(value);
  if (form === 'percent') return `${Number(value).toFixed(1)}%`;
  if (form === 'duration' || form === 'age') return duration(Number(value), said ?? {});
  if (form === 'moment') {
    return new Intl.DateTimeFormat(lang, { timeZone: zone, month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(value));
  }
  return String(value);
}
