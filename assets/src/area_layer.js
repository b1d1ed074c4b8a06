// Areas of the pack coloured by rows that name them. Outlines come once, values with each picture: a new picture changes colours only.

import { rowOf } from './arrow.js';
import { FlatGeoJson } from './flat.js';

const CLEAR = [0, 0, 0, 0];

/**
 * @typedef {object} Areas
 * @property {any[]} features outlines, as their file has them
 * @property {any} rows what the address of the values answered
 * @property {Map<string, Record<string, any>>} byId a row for each area that one names
 * @property {number} length areas that have a row
 * @property {number} version another for other rows
 */

let made = 0;

/** Names are one however their accents are written. @param {unknown} id */
const plain = (id) => String(id).normalize('NFC');

/**
 * @param {any} outlines GeoJSON @param {any} rows
 * @param {import('./spec.js').LayerJson} json says which column (`key`) names which property (`areaId`)
 * @param {Areas} [before] what is drawn now, which is the answer where neither changed
 * @returns {Areas}
 */
export function join(outlines, rows, json, before) {
  if (before && before.features === outlines.features && before.rows === rows) return before;
  const listed = Array.from({ length: rows.length }, (_, i) => rowOf(rows.columns, i));
  const named = new Map(listed.map((row) => [plain(row[json.key]), row]));
  const there = outlines.features.filter((/** @type {any} */ feature) => named.has(plain(feature.properties?.[json.areaId])));
  made += 1;
  return { features: outlines.features, rows, byId: named, length: there.length, version: made };
}

export class AreaLayer extends FlatGeoJson {
  static layerName = 'AreaLayer';

  static defaultProps = { areas: { type: 'object', value: null, compare: false }, areaId: '' };

  /** The row of an outline, if one names it. @param {any} feature */
  rowOf = (feature) => this.props.areas?.byId.get(plain(feature?.properties?.[this.props.areaId]));

  /** A click on an area, or a pointer over it, finds what its outline says and what its row does. @param {any} params */
  getPickingInfo(params) {
    const info = super.getPickingInfo(params);
    if (!info.object) return info;
    const { fill_color: _color, ...row } = this.rowOf(info.object) ?? {};
    return { ...info, object: { properties: { ...info.object.properties, ...row } } };
  }
}

/** Props of a layer that draws `areas`. @param {Areas} areas @param {import('./spec.js').LayerJson} json */
export const propsOf = (areas, json) => ({
  areas,
  data: areas.features,
  getFillColor: (/** @type {any} */ feature) => areas.byId.get(plain(feature.properties?.[json.areaId]))?.fill_color ?? CLEAR,
  updateTriggers: { getFillColor: areas.version },
});
