// What is asked tile by tile: which tiles a view needs, their addresses, and all of them as one.

/**
 * @typedef {{zoom: number, bounds: number[]}} Look where the map looks: its zoom, and west, south, east, north of what is in view, deg
 * @typedef {number[]} Grid west, south of the first tile, its width and height, deg, and how many tiles there are each way
 */

/** Tiles in view and a little more, by rows. @param {Grid} grid @param {number[]} bounds @returns {[number, number][]} column and row of each */
export function covering([west, south, wide, high, across, up], [left, bottom, right, top]) {
  const [spareX, spareY] = [(right - left) * 0.05, (top - bottom) * 0.05];
  const first = (/** @type {number} */ at, /** @type {number} */ side) => Math.max(0, Math.floor(at / side));
  const last = (/** @type {number} */ at, /** @type {number} */ side, /** @type {number} */ many) => Math.min(many - 1, Math.floor(at / side));
  const found = /** @type {[number, number][]} */ ([]);
  for (let y = first(bottom - spareY - south, high); y <= last(top + spareY - south, high, up); y += 1) {
    for (let x = first(left - spareX - west, wide); x <= last(right + spareX - west, wide, across); x += 1) found.push([x, y]);
  }
  return found;
}

/** @param {string} url of any tile @param {[number, number]} tile @returns {string} the address of a tile */
const addressOf = (url, [x, y]) => url.replace(/\btile_x=\d+/, `tile_x=${x}`).replace(/\btile_y=\d+/, `tile_y=${y}`);

/** What the tiles of one layer have in common. @param {string} url */
export const familyOf = (url) => addressOf(url, [0, 0]);

/** The same tile of another moment has the same name. @param {string} url */
export const tileOf = (url) => `${/\btile_x=(\d+)/.exec(url)?.[1]},${/\btile_y=(\d+)/.exec(url)?.[1]}`;

/** What a layer asks for. @param {any} json its JSON @param {Look | undefined} look @returns {string[]} addresses; none where its data are in the JSON */
export function addresses(json, look) {
  if (typeof json.data !== 'string') return [];
  return json.tiles && look ? covering(json.tiles, look.bounds).map((tile) => addressOf(json.data, tile)) : [json.data];
}

/** @param {any[]} arrays typed arrays of one kind */
function strung(arrays) {
  const whole = new arrays[0].constructor(arrays.reduce((n, each) => n + each.length, 0));
  let at = 0;
  for (const each of arrays) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

/** The rows of several tiles as one. @param {any[]} parts what the tiles answered @returns {any} */
export function joined(parts) {
  const full = parts.filter((part) => part.length);
  if (full.length < 2) return full[0] ?? parts[0] ?? { length: 0, attributes: {}, columns: {} };
  if (Array.isArray(full[0])) return full.flat();
  const [{ attributes, columns }, ...others] = full;
  return {
    length: full.reduce((n, part) => n + part.length, 0),
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, { size }]) => [name, { size, value: strung(full.map((part) => part.attributes[name].value)) }])),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.concat(...others.map((part) => part.columns[name]))])),
  };
}
