// The layers of one picture. Each keeps what it last showed until its next data are there, or for good if they never come.

import { join } from './area_layer.js';
import { fontsFor } from './fonts.js';
import { Sources } from './sources.js';
import { build, count, writes } from './spec.js';
import { addresses, familyOf, joined, tileOf } from './grid_tiles.js';

/**
 * @typedef {import('./spec.js').LayerJson} LayerJson
 * @typedef {object} Entry
 * @property {LayerJson[]} turns layers of this id, which take turns by their `zooms`
 * @property {LayerJson} wanted the one of these that the zoom asks for
 * @property {string[]} asked addresses of its data
 * @property {boolean} isIdle whether it is for another zoom than this (`span`), so that nothing is asked for
 * @property {Record<string, any>} parts what the tiles answered that are drawn, by their names
 * @property {{json: LayerJson, data: any, mask: any} | null} shown what is drawn
 * @property {import('@deck.gl/core').Layer | null} layer `shown`, built
 * @property {'loading' | 'loaded' | 'failed'} state of `wanted`
 * @property {string} why the failure's sentence
 * @property {string} text `shown.json` as text, without the address of its data
 * @property {number} turn grows when an id is used by another class of layer
 */

const DEFAULT_WEIGHT = 500;

export class Stack {
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  #sources = new Sources();

  /** @type {import('./grid_tiles.js').Look | undefined} */
  at;

  /** @param {() => void} changed called when there is something new to draw @param {(layer: string, why: string, url: string) => void} failed */
  constructor(changed, failed) {
    this.changed = changed;
    this.failed = failed;
  }

  /** @param {LayerJson[]} layers lowest first */
  want(layers) {
    const before = this.#entries;
    this.#entries = new Map();
    for (const json of layers) {
      const twin = this.#entries.get(json.id);
      if (twin) {
        twin.turns.push(json);
        continue;
      }
      const entry = before.get(json.id) ?? { wanted: json, turns: [], asked: [], isIdle: false, parts: {}, shown: null, layer: null, state: 'loading', why: '', text: '', turn: 0 };
      entry.turns = [json];
      this.#entries.set(json.id, entry);
    }
    for (const entry of this.#entries.values()) this.#aim(entry);
    this.#get([...this.#entries.values()]);
    this.changed();
  }

  /** Look elsewhere: other layers may have their turn, and other tiles be in view. @param {import('./grid_tiles.js').Look} look */
  look(look) {
    this.at = look;
    const moved = [...this.#entries.values()].filter((entry) => {
      const [wanted, asked] = [entry.wanted, entry.asked.join()];
      const before = { ...entry };
      this.#aim(entry);
      if (entry.wanted !== wanted || entry.asked.join() !== asked || entry.isIdle !== before.isIdle) return !entry.isIdle;
      Object.assign(entry, before);
      return false;
    });
    if (moved.length) this.#get(moved);
  }

  /** Settle which of an entry's layers has its turn at this zoom, and what that asks for. @param {Entry} entry */
  #aim(entry) {
    const isTurnOf = (/** @type {LayerJson} */ { zooms, zoomOffset = 0 }) => {
      const zoom = (this.at?.zoom ?? 0) - zoomOffset;
      return !zooms || (zoom >= zooms[0] && zoom < zooms[1]);
    };
    entry.wanted = entry.turns.find(isTurnOf) ?? entry.turns[0];
    const [from, until] = entry.wanted.span ?? [0, Infinity];
    entry.isIdle = (this.at?.zoom ?? 0) < from || (this.at?.zoom ?? 0) >= until;
    entry.asked = entry.isIdle ? [] : addresses(entry.wanted, this.at);
    entry.state = entry.isIdle ? 'loaded' : 'loading';
  }

  /** @param {Entry[]} entries those that are to be fetched */
  #get(entries) {
    const all = [...this.#entries.values()];
    const beside = all.flatMap(({ wanted }) => [wanted.mask, wanted.values]).filter((url) => typeof url === 'string');
    const families = all.filter(({ wanted }) => wanted.tiles).flatMap(({ turns }) => turns.map(({ data }) => familyOf(data)));
    this.#sources.keepOnly(new Set([...all.flatMap(({ asked }) => asked), ...beside]), new Set(families));
    for (const entry of entries) if (!entry.isIdle) this.#fetch(entry);
  }

  /** @param {Entry} entry */
  async #fetch(entry) {
    const { wanted: json, asked } = entry;
    const isLate = () => entry.wanted !== json || entry.asked !== asked;
    try {
      const data = json.tiles ? await this.#tiles(entry) : await this.#dataOf(json, asked, entry.shown?.data);
      const mask = typeof json.mask === 'string' ? await this.#sources.get(json.mask) : undefined;
      if (writes(json)) await fontsFor(data, json.fontWeight ?? DEFAULT_WEIGHT);
      if (!isLate()) this.#show(entry, json, data, mask);
    } catch (error) {
      if (!isLate()) this.fail(json.id, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {LayerJson} json @param {string[]} asked @param {any} before what is drawn now @returns {Promise<any>} */
  async #dataOf(json, asked, before) {
    if (!asked.length) return json.data ?? [];
    if (!json.values) return this.#sources.get(asked[0], before);
    const [outlines, rows] = await Promise.all([this.#sources.get(asked[0]), this.#sources.get(json.values, before?.rows)]);
    return join(outlines, rows, json, before);
  }

  /** All tiles in view as one; the same as before where none of them changed. @param {Entry} entry */
  async #tiles({ asked, parts: before, wanted, shown }) {
    const isKin = shown?.json.cells === wanted.cells && shown?.json.zooms?.join() === wanted.zooms?.join();
    const found = await Promise.all(asked.map((url) => this.#sources.get(url, isKin ? before[tileOf(url)] : undefined)));
    const parts = Object.fromEntries(asked.map((url, n) => [tileOf(url), found[n]]));
    const names = Object.keys(parts);
    if (isKin && names.length === Object.keys(before).length && names.every((name) => parts[name] === before[name])) return shown?.data;
    return Object.defineProperty(joined(found), 'parts', { value: parts, configurable: true });
  }

  /** @param {Entry} entry @param {LayerJson} json @param {any} data @param {any} mask */
  #show(entry, json, data, mask) {
    if (json.tiles) entry.parts = data.parts ?? entry.parts;
    const isOfUrl = typeof json.data === 'string';
    const text = JSON.stringify(isOfUrl ? { ...json, data: '', values: '' } : json);
    if (entry.layer && entry.text === text && (!isOfUrl || entry.shown?.data === data)) entry.shown = { ...entry.shown, json };
    else {
      if (entry.shown && entry.shown.json['@@type'] !== json['@@type']) entry.turn += 1;
      const layer = build(json, data, this.#deckId(entry, json), mask);
      Object.assign(entry, { shown: { json, data, mask }, layer, text });
    }
    Object.assign(entry, { state: 'loaded', why: '' });
    this.changed();
  }

  /** deck.gl keeps a layer's state by its id, so another class never takes over an id. @param {Entry} entry @param {LayerJson} json */
  #deckId = (entry, json) => (entry.turn ? `${json.id}~${entry.turn}` : json.id);

  /** Mark a layer as failed; what it showed stays. @param {string} id @param {string} why */
  fail(id, why) {
    const entry = this.#entries.get(id);
    if (!entry || (entry.state === 'failed' && entry.why === why)) return;
    Object.assign(entry, { state: 'failed', why });
    this.failed(id, why, typeof entry.wanted.data === 'string' ? entry.wanted.data : '');
    this.changed();
  }

  /** Built layers, lowest first. @param {boolean} [anew] build them again, for a new GPU context */
  layers(anew = false) {
    const found = [];
    for (const entry of this.#entries.values()) {
      if (!entry.shown) continue;
      if (anew || !entry.layer) entry.layer = build(entry.shown.json, entry.shown.data, this.#deckId(entry, entry.shown.json), entry.shown.mask);
      found.push(entry.layer);
    }
    return found;
  }

  /** JSON of a layer by the id it has in deck.gl. @param {string} deckId @returns {LayerJson | undefined} */
  jsonOf = (deckId) => this.#entries.get(deckId.split('~')[0])?.shown?.json;

  /** What the layers draw now, top first, by their ids. @returns {[string, any][]} */
  get drawn() {
    return [...this.#entries].flatMap(([id, { shown }]) => (shown ? [/** @type {[string, any]} */ ([id, shown.data])] : [])).reverse();
  }

  /** @returns {Record<string, number[]>} of each layer that takes turns by zoom, the zooms of the one that is drawn */
  get zooms() {
    const shown = [...this.#entries].filter(([, entry]) => entry.shown?.json.zooms);
    return Object.fromEntries(shown.map(([id, entry]) => [id, entry.shown?.json.zooms]));
  }

  get settled() {
    return [...this.#entries.values()].every((entry) => entry.state === 'loaded');
  }

  /** @returns {string[]} ids of the layers that failed */
  get broken() {
    return [...this.#entries].filter(([, entry]) => entry.state === 'failed').map(([id]) => id);
  }

  /** @returns {Record<string, {n: number, state: string, why: string}>} for each layer, how many things it draws and how it is */
  get report() {
    return Object.fromEntries([...this.#entries].map(([id, { shown, state, why }]) => [id, { n: count(shown?.data), state, why, ...(shown?.json.zooms ? { zooms: shown.json.zooms } : {}) }]));
  }
}
