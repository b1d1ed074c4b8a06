// Letters are drawn into a texture once, so the fonts that hold them must be there first.

import { FONT } from './names_layer.js';

const PATIENCE_MS = 4000;

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

/** Wait until the fonts for the texts in `data` are loaded; give up after a while, since a name in another font beats none. @param {any} data @param {number} weight */
export async function fontsFor(data, weight) {
  const wanted = document.fonts.load(`${weight} 16px ${FONT}`, [...letters(data)].join(''));
  await Promise.race([wanted.catch(() => []), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}
