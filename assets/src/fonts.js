// Letters are drawn into a texture once, so the fonts that hold them must be there first.

import own from '../dist/letters.json';
import { FONT } from './names_layer.js';

const PATIENCE_MS = 4000;
/** Letters of the pages' own font, and of the first slice of the Latin one. */
const OWN = new Set(own);
const isOwn = (/** @type {string} */ letter) => letter < '\u0100' || OWN.has(letter);

/** @type {Promise<unknown> | undefined} */
let rest;

/** The sheet of all other letters, which waits in the page until somebody needs it. @returns {Promise<unknown>} */
export function otherLetters() {
  return (rest ??= new Promise((resolve) => {
    const later = /** @type {HTMLTemplateElement | null} */ (document.getElementById('later'));
    const link = /** @type {HTMLLinkElement | undefined} */ (later?.content.querySelector('link[rel=stylesheet]')?.cloneNode());
    if (!link) return resolve(null);
    Object.assign(link, { onload: resolve, onerror: resolve });
    document.head.append(link);
  }));
}

/** Every text that `data` may show: names of features, texts of rows. @param {any} data @returns {Set<string>} its letters */
function letters(data) {
  const found = new Set('0123456789');
  const add = (/** @type {unknown} */ text) => typeof text === 'string' && Array.from(text).forEach((letter) => found.add(letter));
  if (data?.columns) {
    for (const vector of Object.values(data.columns)) for (const value of vector) add(value);
  } else {
    for (const row of data?.features ?? data ?? []) Object.values({ ...row, ...row.properties }).forEach(add);
  }
  return found;
}

/** @param {string[]} needed @param {number} weight */
async function loaded(needed, weight) {
  if (!needed.every(isOwn)) await otherLetters();
  await document.fonts.load(`${weight} 16px ${FONT}`, needed.join(''));
}

/** Wait until the fonts for the texts in `data` are loaded; give up after a while, since a name in another font beats none. @param {any} data @param {number} weight */
export async function fontsFor(data, weight) {
  const wanted = loaded([...letters(data)], weight);
  await Promise.race([wanted.catch(() => []), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}
