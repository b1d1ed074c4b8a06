// Writes one value for a tooltip, as the panels write it.

const DASH = '—';
const PRIME = { minutes: '′', seconds: '″' };

/** Nothing lasts less than no time: that is unknown. @param {number} seconds */
function duration(seconds) {
  if (seconds < 0) return DASH;
  const whole = Math.round(seconds);
  const rest = String(whole % 60).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}${PRIME.minutes}${rest}${PRIME.seconds}`;
  return `${Math.floor(whole / 3600)}:${String(Math.floor(whole / 60) % 60).padStart(2, '0')}${PRIME.minutes}`;
}

/** @param {number} seconds @param {string} lang */
function age(seconds, lang) {
  if (seconds < 0) return DASH;
  const steps = /** @type {[string, number][]} */ ([['day', 86400], ['hour', 3600], ['minute', 60]]);
  const [unit, size] = steps.find(([, each]) => seconds >= 2 * each) ?? ['second', 1];
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'short' }).format(Math.floor(seconds / size));
}

/**
 * @param {any} value null is unknown, drawn as a dash
 * @param {string} form as `Field.form` of twin/layer.py
 * @param {{lang: string, zone?: string, words?: Record<string, string>}} how language, the city's zone, words for codes
 * @returns {string}
 */
export function write(value, form, { lang, zone, words }) {
  if (value === null || value === undefined || value === '' || Number.isNaN(value)) return DASH;
  if (words && String(value) in words) return words[String(value)];
  if (form === 'count') return new Intl.NumberFormat(lang, { maximumFractionDigits: 0 }).format(value);
  if (form === 'number') return new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(value);
  if (form === 'percent') return `${Number(value).toFixed(1)}%`;
  if (form === 'duration') return duration(Number(value));
  if (form === 'age') return age(Number(value), lang);
  if (form === 'moment') {
    return new Intl.DateTimeFormat(lang, { timeZone: zone, month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(value));
  }
  return String(value);
}
