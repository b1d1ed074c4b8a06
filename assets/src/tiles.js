// The door of a bundle of its own, fetched only where a city has a base map: tiles out of an archive, as what flat layers draw.

import { VectorTile, classifyRings } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { FetchSource, PMTiles } from 'pmtiles';
import { FROM, RANKS, classOf, isGreen } from './tile_classes.js';
import { clipped, joined } from './tile_shapes.js';

/** Tiles that are kept, of all archives: those of some screens. */
const KEPT = 240;
const RASTER = 'raster';

/** Types of features. */
const AREA = 3;
const LINE = 2;

/**
 * @typedef {{polygon: {positions: Float64Array, holeIndices: number[]}}} Area flat lon, lat in deg
 * @typedef {{path: Float64Array, road: string, rank: number}} Road
 * @typedef {object} Tile what one tile holds, empty lists where it has none
 * @property {Area[]} land @property {Area[]} water @property {Area[]} buildings
 * @property {Road[]} roads the greatest last @property {Road[]} rails
 * @property {any[]} names lines as GeoJSON, with `name` and `name_en`
 * @property {ImageBitmap | null} picture of a tile of pictures
 * @property {number[]} bounds west, south, east, north, deg
 */

/** Places of a tile in deg. @param {number} z @param {number} x @param {number} y @param {number} extent */
const placing = (z, x, y, extent) => {
  const side = extent * 2 ** z;
  return (/** @type {{x: number, y: number}[]} */ points, /** @type {Float64Array} */ into, /** @type {number} */ at) => {
    for (const point of points) {
      into[at] = ((x * extent + point.x) / side) * 360 - 180;
      into[at + 1] = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y * extent + point.y)) / side))) * 180) / Math.PI;
      at += 2;
    }
    return into;
  };
};

/** @param {any} layer @param {any} place @param {(properties: any) => boolean} isWanted @returns {Area[]} */
function areasOf(layer, place, isWanted) {
  const found = [];
  for (let n = 0; n < layer.length; n += 1) {
    const feature = layer.feature(n);
    if (feature.type !== AREA || !isWanted(feature.properties)) continue;
    for (const rings of classifyRings(feature.loadGeometry())) {
      const kept = rings.map((ring) => clipped(ring, layer.extent));
      if (!kept[0].length) continue;
      const whole = kept.filter((ring) => ring.length);
      const positions = new Float64Array(2 * whole.reduce((sum, ring) => sum + ring.length, 0));
      const holeIndices = [];
      let at = 0;
      for (const ring of whole) {
        if (at) holeIndices.push(at);
        place(ring, positions, at);
        at += 2 * ring.length;
      }
      found.push({ polygon: { positions, holeIndices } });
    }
  }
  return found;
}

/** @param {any} layer @param {any} place @param {number} z @param {Tile} into */
function addRoads(layer, place, z, into) {
  for (let n = 0; n < layer.length; n += 1) {
    const feature = layer.feature(n);
    const road = feature.type === LINE ? classOf(feature.properties) : undefined;
    if (!road || z < (FROM[road] ?? 0)) continue;
    for (const points of feature.loadGeometry()) {
      if (points.length < 2) continue;
      const path = place(points, new Float64Array(2 * points.length), 0);
      if (road === 'rail') into.rails.push({ path, road, rank: 0 });
      else into.roads.push({ path, road, rank: RANKS.indexOf(road) });
    }
  }
}

/** Names of roads, each with all its lines in the tile. @param {any} layer @param {any} place @param {Tile} into */
function addNames(layer, place, into) {
  const found = new Map();
  for (let n = 0; n < layer.length; n += 1) {
    const feature = layer.feature(n);
    const { properties } = feature;
    const road = classOf(properties);
    const name = properties.name ?? properties['pgf:name'];
    if (feature.type !== LINE || !name || road === 'rail' || road === 'path') continue;
    const known = found.get(name) ?? { name, name_en: properties['name:en'] ?? properties.name_en ?? properties['name:latin'] ?? '', rank: 0, lines: [] };
    known.lines.push(...feature.loadGeometry());
    known.rank = Math.max(known.rank, RANKS.indexOf(road ?? 'street'));
    found.set(name, known);
  }
  for (const { lines, ...properties } of found.values()) {
    const coordinates = joined(lines).map((line) => {
      const flat = place(line, new Float64Array(2 * line.length), 0);
      return line.map((_, at) => [flat[2 * at], flat[2 * at + 1]]);
    });
    into.names.push({ type: 'Feature', properties, geometry: { type: 'MultiLineString', coordinates } });
  }
}

/** @param {number} z @param {number} x @param {number} y @returns {Tile} */
function empty(z, x, y) {
  const place = placing(z, x, y, 1);
  const [west, north, east, south] = place([{ x: 0, y: 0 }, { x: 1, y: 1 }], new Float64Array(4), 0);
  return { land: [], water: [], buildings: [], roads: [], rails: [], names: [], picture: null, bounds: [west, south, east, north] };
}

/** @param {ArrayBuffer} bytes @param {Tile} into @param {number[]} at z, x, y @param {Record<string, string[]>} parts layers by what they hold */
function decode(bytes, into, [z, x, y], parts) {
  const { layers } = new VectorTile(new PbfReader(new Uint8Array(bytes)));
  const each = (/** @type {string} */ part, /** @type {(layer: any, place: any) => void} */ take) => {
    for (const name of parts[part] ?? []) if (layers[name]) take(layers[name], placing(z, x, y, layers[name].extent));
  };
  each('land', (layer, place) => into.land.push(...areasOf(layer, place, isGreen)));
  each('water', (layer, place) => into.water.push(...areasOf(layer, place, () => true)));
  each('buildings', (layer, place) => into.buildings.push(...areasOf(layer, place, () => true)));
  each('roads', (layer, place) => addRoads(layer, place, z, into));
  each('names', (layer, place) => addNames(layer, place, into));
  into.roads.sort((one, other) => one.rank - other.rank);
}

/** One archive. A tile is fetched and read once while it is kept; one that cannot be read is empty. */
class Archive {
  /** @type {Map<string, Promise<Tile>>} */
  #kept = new Map();

  /** @param {string} url @param {Record<string, string[]>} parts @param {string} kind */
  constructor(url, parts, kind) {
    this.source = new PMTiles(new FetchSource(new URL(url, location.href).href));
    this.parts = parts;
    this.kind = kind;
  }

  /** @param {number} z @param {number} x @param {number} y @returns {Promise<Tile>} */
  tile(z, x, y) {
    const key = `${z}/${x}/${y}`;
    const found = this.#kept.get(key) ?? this.#read(z, x, y);
    this.#kept.delete(key);
    this.#kept.set(key, found);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(old);
    }
    return found;
  }

  /** @param {number} z @param {number} x @param {number} y */
  async #read(z, x, y) {
    const tile = empty(z, x, y);
    try {
      const found = await this.source.getZxy(z, x, y);
      if (found && this.kind === RASTER) tile.picture = await createImageBitmap(new Blob([found.data]));
      else if (found) decode(found.data, tile, [z, x, y], this.parts);
      return tile;
    } catch (error) {
      console.warn(`base map: tile ${z}/${x}/${y} cannot be read: ${error instanceof Error ? error.message : error}`);
      this.#kept.delete(`${z}/${x}/${y}`); // asked for again when it is looked at again
      return empty(z, x, y);
    }
  }
}

/** @type {Map<string, Archive>} */
const archives = new Map();

window.twinTiles = {
  /** @param {string} url @param {Record<string, string[]>} parts @param {string} kind */
  open(url, parts, kind) {
    const found = archives.get(url) ?? new Archive(url, parts, kind);
    archives.clear(); // a city has one; another address is the same file, changed
    archives.set(url, found);
    return found;
  },
};
