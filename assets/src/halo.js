// Rings around what a row is of, and around what is picked: a circle around an event, the outline of a district.

import { flat } from './arrow.js';
import { FlatCircles, FlatGeoJson } from './flat.js';

const LIGHT = [232, 238, 246, 255];
const DARK = [11, 18, 32, 190];
const RADIUS = 18;
const [WIDE, CASING] = [2.5, 6];
const DISTRICT = 'district:';
const LAND = 'districts-land';

/** @typedef {import('./stack.js').Stack} Stack */

/** Row of a thing among binary rows; -1 for none. @param {any} data @param {string} id */
function rowIn(data, id) {
  const column = data.columns?.event_id;
  if (!column || !data.columns.position) return -1;
  for (let at = 0; at < data.length; at += 1) if (column.get(at) === id) return at;
  return -1;
}

export class Halo {
  /** @type {{hover: string, picked: string}} */
  #things = { hover: '', picked: '' };

  /** @type {any[]} */
  #layers = [];

  #text = '[]';

  /** @param {Stack} stack @param {() => void} changed called when there is another ring to draw */
  constructor(stack, changed) {
    this.stack = stack;
    this.changed = changed;
  }

  /** @param {string} thing 'layer:id' or 'district:id'; '' for nothing */
  hover(thing) {
    this.#things.hover = thing;
    if (this.renew()) this.changed();
  }

  /** @param {string} thing 'layer:id' of what is picked; '' for nothing */
  pick(thing) {
    this.#things.picked = thing;
  }

  /** Where a thing lies that is drawn, deg; null if nothing draws it. @param {string} thing 'layer:id' @returns {number[] | null} */
  placeOf(thing) {
    const id = thing.slice(thing.indexOf(':') + 1);
    for (const [, data] of id ? this.stack.drawn : []) {
      const row = rowIn(data ?? {}, id);
      if (row >= 0) return Array.from(flat(data.columns.position).value.slice(2 * row, 2 * row + 2));
    }
    return null;
  }

  /** @param {string} thing 'district:id' */
  #outline(thing) {
    const land = this.stack.drawn.find(([id]) => id === LAND)?.[1];
    return land?.features?.find((/** @type {any} */ each) => `${DISTRICT}${each.properties.district_id}` === thing) ?? null;
  }

  /** What has a ring now. @returns {string[]} */
  get ringed() {
    return JSON.parse(this.#text).map((/** @type {any[]} */ [, thing]) => thing);
  }

  /** Settle again what is ringed, where things came, went or moved. @returns {boolean} whether there is something else to draw */
  renew(anew = false) {
    const { hover, picked } = this.#things;
    const things = /** @type {[string, string][]} */ (Object.entries({ hover: hover === picked ? '' : hover, picked })).filter(([, thing]) => thing);
    const rings = things.flatMap(([of, thing]) => {
      const outline = thing.startsWith(DISTRICT) ? this.#outline(thing) : null;
      const place = outline ? null : this.placeOf(thing);
      return outline || place ? [{ of, thing, outline, place }] : [];
    });
    const text = JSON.stringify(rings.map(({ of, thing, place }) => [of, thing, place]));
    if (!anew && text === this.#text) return false;
    this.#text = text;
    this.#layers = rings.flatMap(({ of, outline, place }) => [[CASING, DARK], [WIDE, LIGHT]].map(([width, color]) => {
      const common = { id: `halo-${of}-${width}`, pickable: false, filled: false, stroked: true, lineWidthUnits: 'pixels', getLineWidth: width, getLineColor: color };
      if (outline) return new FlatGeoJson({ ...common, data: { type: 'FeatureCollection', features: [outline] }, lineJointRounded: true });
      return new FlatCircles({ ...common, data: [{ position: place }], radiusUnits: 'pixels', getRadius: RADIUS, getPosition: (/** @type {any} */ row) => row.position });
    }));
    return true;
  }

  /** @param {boolean} [anew] build them again, for a new GPU context */
  layers(anew = false) {
    if (anew) this.renew(true);
    return this.#layers;
  }
}
