// Turns an Arrow IPC stream into what deck.gl draws: attributes by column name, the other columns for picking.

import { tableFromIPC } from 'apache-arrow';

/**
 * @typedef {object} Rows
 * @property {number} length number of rows
 * @property {Record<string, {value: ArrayLike<number>, size: number}>} attributes by deck.gl accessor name
 * @property {Record<string, import('apache-arrow').Vector>} columns every column, by its name
 */

/** Which accessors a column feeds: two layers may call the same thing by two names. */
const FEEDS = {
  position: ['getPosition'],
  source_position: ['getSourcePosition'],
  target_position: ['getTargetPosition'],
  fill_color: ['getFillColor', 'getColor'],
  line_color: ['getLineColor'],
  size: ['getSize', 'getRadius', 'getWidth'],
  angle: ['getAngle'],
};

/** @param {import('apache-arrow').Vector} vector @returns {{value: any, size: number}} flat values, and how many make one row */
export function flat(vector) {
  const chunks = vector.data.map((data) => {
    const size = data.type.listSize ?? 1;
    const child = size === 1 && !data.children.length ? data : data.children[0];
    return { size, values: child.values.subarray(0, data.length * size) };
  });
  if (chunks.length === 1) return { value: chunks[0].values, size: chunks[0].size };
  const size = chunks[0]?.size ?? 1;
  const Kind = chunks[0]?.values.constructor ?? Float32Array;
  const value = new Kind(vector.length * size);
  let at = 0;
  for (const chunk of chunks) {
    value.set(chunk.values, at);
    at += chunk.values.length;
  }
  return { value, size };
}

/** Every nested list of numbers becomes a list of [lon, lat]. @param {any} value @returns {[number, number][]} */
function vertices(value) {
  const parts = Array.from(value ?? [], (part) => (typeof part === 'number' ? part : Array.from(part)));
  if (typeof parts[0] !== 'number') return /** @type {[number, number][]} */ (parts);
  return Array.from({ length: parts.length / 2 }, (_, i) => [parts[2 * i], parts[2 * i + 1]]);
}

/** One row as a plain object, safe for JSON. @param {Rows['columns']} columns @param {number} index */
export function rowOf(columns, index) {
  /** @type {Record<string, any>} */
  const row = {};
  for (const [name, vector] of Object.entries(columns)) {
    const value = vector.get(index);
    if (typeof value === 'bigint') row[name] = Number(value);
    else if (name === 'path') row[name] = vertices(value);
    else row[name] = value && typeof value === 'object' && Symbol.iterator in value ? Array.from(value) : value;
  }
  return row;
}

/**
 * @param {Uint8Array} bytes an Arrow IPC stream
 * @returns {Rows | Record<string, any>[]} binary rows; a list of objects if a column `path` gives each row its own ring,
 *     because deck.gl wants the colours of rings by vertex, and rings are few
 */
export function decode(bytes) {
  const table = tableFromIPC(bytes);
  /** @type {Rows['columns']} */
  const columns = {};
  for (const field of table.schema.fields) columns[field.name] = /** @type {any} */ (table.getChild(field.name));
  if (columns.path) return Array.from({ length: table.numRows }, (_, i) => rowOf(columns, i));
  /** @type {Rows['attributes']} */
  const attributes = {};
  for (const [name, accessors] of Object.entries(FEEDS)) {
    if (!columns[name] || table.numRows === 0) continue;
    let { value, size } = flat(columns[name]);
    if (size === 1) value = Float32Array.from(value, Number);
    if (value instanceof Uint8Array) value = new Uint8ClampedArray(value.buffer, value.byteOffset, value.length);
    for (const accessor of accessors) attributes[accessor] = { value, size };
  }
  return { length: table.numRows, attributes, columns };
}
