// What lies under the pointer, as a plain row that may go to Dash.

import { rowOf } from './arrow.js';

/** @param {any} info deck.gl's picking info @returns {Record<string, any> | null} a row, or a feature without its geometry */
export function objectOf(info) {
  if (!info || info.index < 0) return null;
  const data = info.layer?.props.data;
  const found = info.object ?? (data?.columns ? rowOf(data.columns, info.index) : null);
  if (!found || typeof found !== 'object') return null;
  if (found.properties) return { properties: found.properties };
  const { path: _path, ...row } = found;
  return row;
}

/** The thing's own name: `id`, or else its first column that ends in `_id`. @param {Record<string, any> | null} object @returns {string | null} */
export function idOf(object) {
  if (!object) return null;
  const columns = { ...object.properties, ...object };
  const name = 'id' in columns ? 'id' : Object.keys(columns).find((each) => each.endsWith('_id'));
  return name && columns[name] != null ? String(columns[name]) : null;
}
