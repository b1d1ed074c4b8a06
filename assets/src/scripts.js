// What a name's letters ask of whoever writes it on the map.

const HAN = /^[\p{Script=Han}\p{Script=Bopomofo}\p{N}\p{P}\p{Z}]*$/u;
/** Letters drawn one by one would come apart, or in the wrong order, in a text that holds one of these; any mark is on a letter. */
const SHAPED = /[\p{M}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Mongolian}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const THIN_SPACE = '\u2009';
const LONG = 16;

/** Whether a name must be drawn whole, since its letters are not to be parted. @param {string} text */
export const isShaped = (text) => SHAPED.test(text);

/** @param {string} text */
export const isRightToLeft = (text) => RIGHT_TO_LEFT.test(text);

/** Letters apart, in Han text only: other scripts are read by the shape of their words. @param {string} text @param {number} gap thin spaces */
export const spaced = (text, gap) => (gap && HAN.test(text) ? Array.from(text).join(THIN_SPACE.repeat(gap)) : text);

/** A long name of several words in two lines, parted where they come out most alike. @param {string} text */
export function lines(text) {
  if (text.length <= LONG || HAN.test(text)) return [text];
  const breaks = Array.from(text.matchAll(/[\s-]+/gu), (found) => ({ from: found[0].trim() ? found.index + found[0].length : found.index, to: found.index + found[0].length }));
  if (!breaks.length) return [text];
  const worst = (/** @type {{from: number, to: number}} */ { from, to }) => Math.max(from, text.length - to);
  const best = breaks.reduce((one, other) => (worst(other) < worst(one) ? other : one));
  return [text.slice(0, best.from), text.slice(best.to)].filter(Boolean);
}

/** @param {string} text */
export const isHan = (text) => HAN.test(text);

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a reader takes for one letter each: a sign with its accents, an emoji of several parts. @param {string} text @returns {string[]} */
export const letters = (text) => Array.from(segments.segment(text), ({ segment }) => segment);
