// From the JSON of a pydeck layer to a deck.gl layer with its data.

import { PathStyleExtension } from '@deck.gl/extensions';
import { JSONConverter } from '@deck.gl/json';
import { PolygonLayer } from '@deck.gl/layers';
import { AreaLayer, propsOf } from './area_layer.js';
import { rowOf } from './arrow.js';
import { BaseTiles } from './base_tiles.js';
import { FlatAreas, FlatBitmaps, FlatCircles, FlatGeoJson, FlatIcons, FlatPaths } from './flat.js';
import { MarkLayer, checkMarks } from './mark_layer.js';
import { NamesLayer } from './names_layer.js';
import { RasterLayer } from './raster_layer.js';
import { RingLayer } from './ring_layer.js';

const classes = {
  BitmapLayer: FlatBitmaps, GeoJsonLayer: FlatGeoJson, IconLayer: FlatIcons, PathLayer: FlatPaths, PolygonLayer,
  ScatterplotLayer: FlatCircles, SolidPolygonLayer: FlatAreas,
  AreaLayer, BaseTiles, MarkLayer, NamesLayer, RasterLayer, RingLayer, PathStyleExtension,
};
const converter = new JSONConverter({ configuration: { classes } });
const EXPRESSION = '@@=';

/** @typedef {Record<string, any> & {id: string, '@@type': string}} LayerJson */

/** Whether a layer writes letters. @param {LayerJson} json */
export const writes = (json) => json['@@type'] === 'NamesLayer';

/** Number of things in `data`: rows, or features. @param {any} data */
export const count = (data) => data?.features?.length ?? data?.length ?? 0;

/** Accessors of rows with a ring, where the layer's JSON does not say otherwise. */
const OF_RINGS = {
  getPolygon: (/** @type {any} */ row) => row.path,
  getPath: (/** @type {any} */ row) => row.path,
  getFillColor: (/** @type {any} */ row) => row.fill_color ?? [169, 184, 202, 60],
  getColor: (/** @type {any} */ row) => row.fill_color ?? [169, 184, 202, 255],
  getLineColor: (/** @type {any} */ row) => row.line_color ?? row.fill_color ?? [169, 184, 202, 255],
};

/** deck.gl cannot see that an expression changed, so each expression is its own update trigger. @param {LayerJson} json */
function triggers(json) {
  const found = { ...json.updateTriggers };
  for (const [name, value] of Object.entries(json)) {
    if (typeof value === 'string' && value.startsWith(EXPRESSION)) found[name] = JSON.stringify([value, found[name]]);
  }
  return found;
}

/** Expressions read the columns of binary rows too. @param {Record<string, any>} props @param {LayerJson} json */
function onRows(props, json) {
  const found = /** @type {Record<string, any>} */ ({});
  for (const name of Object.keys(json)) {
    const of = props[name];
    if (typeof of === 'function' && name.startsWith('get')) {
      found[name] = (/** @type {any} */ row, /** @type {any} */ info) => of(row ?? rowOf(info.data.columns, info.index), info);
    }
  }
  return found;
}

/**
 * @param {LayerJson} json a layer as pydeck writes it
 * @param {any} data what its URL answered
 * @param {string} id id inside deck.gl
 * @param {any} [mask] what the URL of its `mask` answered
 * @returns {import('@deck.gl/core').Layer}
 * @throws {Error} a row has a mark that there is not
 */
export function build(json, data, id, mask) {
  const { data: _url, values: _values, ...rest } = json;
  const bare = converter.convert({ ...rest, id, updateTriggers: triggers(json) });
  if (!bare) throw new Error(`no layer is called ${json['@@type']}`);
  if (bare instanceof AreaLayer) return bare.clone(propsOf(data, json));
  const more = data?.columns ? onRows(bare.props, json) : {};
  if (bare instanceof MarkLayer) checkMarks(data, more.getIcon ?? bare.props.getIcon);
  const ofRings = Array.isArray(data) && data[0]?.path ? Object.fromEntries(Object.entries(OF_RINGS).filter(([name]) => !(name in json))) : {};
  return bare.clone({ ...ofRings, ...more, ...(mask ? { mask } : {}), data });
}
