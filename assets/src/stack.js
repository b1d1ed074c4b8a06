// The layers of one picture. Each keeps what it last showed until its next data are there, or for good if they never come.

import { join } from './area_layer.js';
import { fontsFor } from './fonts.js';
import { Sources } from './sources.js';
import { build, count, writes } from './spec.js';

/**
 * @typedef {import('./spec.js').LayerJson} LayerJson
 * @typedef {object} Entry
 * @property {LayerJson} wanted what the newest picture asks for
 * @property {{json: LayerJson, data: any} | null} shown what is drawn
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
      const entry = before.get(json.id) ?? { wanted: json, shown: null, layer: null, state: 'loading', why: '', text: '', turn: 0 };
      this.#entries.set(json.id, entry);
      entry.wanted = json;
      entry.state = 'loading';
    }
    this.#sources.keepOnly(new Set(layers.flatMap((json) => [json.data, json.values]).filter((data) => typeof data === 'string')));
    for (const entry of this.#entries.values()) this.#fetch(entry);
    this.changed();
  }

  /** @param {Entry} entry */
  async #fetch(entry) {
    const json = entry.wanted;
    try {
      const data = await this.#dataOf(json, entry.shown?.data);
      if (writes(json)) await fontsFor(data, json.fontWeight ?? DEFAULT_WEIGHT);
      if (entry.wanted === json) this.#show(entry, json, data);
    } catch (error) {
      if (entry.wanted === json) this.fail(json.id, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {LayerJson} json @param {any} before what is drawn now @returns {Promise<any>} */
  async #dataOf(json, before) {
    if (typeof json.data !== 'string') return json.data ?? [];
    if (!json.values) return this.#sources.get(json.data, before);
    const [outlines, rows] = await Promise.all([this.#sources.get(json.data), this.#sources.get(json.values, before?.rows)]);
    return join(outlines, rows, json, before);
  }

  /** @param {Entry} entry @param {LayerJson} json @param {any} data */
  #show(entry, json, data) {
    const isOfUrl = typeof json.data === 'string';
    const text = JSON.stringify(isOfUrl ? { ...json, data: '', values: '' } : json);
    if (entry.layer && entry.text === text && (!isOfUrl || entry.shown?.data === data)) entry.shown = { json, data: entry.shown?.data };
    else {
      if (entry.shown && entry.shown.json['@@type'] !== json['@@type']) entry.turn += 1;
      const layer = build(json, data, this.#deckId(entry, json));
      Object.assign(entry, { shown: { json, data }, layer, text });
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
      if (anew || !entry.layer) entry.layer = build(entry.shown.json, entry.shown.data, this.#deckId(entry, entry.shown.json));
      found.push(entry.layer);
    }
    return found;
  }

  /** JSON of a layer by the id it has in deck.gl. @param {string} deckId @returns {LayerJson | undefined} */
  jsonOf = (deckId) => this.#entries.get(deckId.split('~')[0])?.shown?.json;

  get settled() {
    return [...this.#entries.values()].every((entry) => entry.state === 'loaded');
  }

  /** @returns {string[]} ids of the layers that failed */
  get broken() {
    return [...this.#entries].filter(([, entry]) => entry.state === 'failed').map(([id]) => id);
  }

  /** @returns {Record<string, {n: number, state: string, why: string}>} for each layer, how many things it draws and how it is */
  get report() {
    return Object.fromEntries([...this.#entries].map(([id, { shown, state, why }]) => [id, { n: count(shown?.data), state, why }]));
  }
}
