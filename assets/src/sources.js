// Fetches what layers draw. A URL says everything about its bytes, so each is fetched once while a picture uses it.

import { decode } from './arrow.js';
import { familyOf } from './grid_tiles.js';

const ARROW = 'application/vnd.apache.arrow.stream';
/** Tiles out of view that are kept, so that going back is free. */
const MOST_SPARED = 24;

/** The answer's own words if it has any, else its status. @param {Response} answer */
async function refusal(answer) {
  const text = await answer.text().catch(() => '');
  try {
    return JSON.parse(text).error?.what ?? JSON.parse(text).what ?? `HTTP ${answer.status}`;
  } catch {
    return `HTTP ${answer.status}`;
  }
}

/** The bytes that rows were read from. @type {WeakMap<object, Uint8Array>} */
const bytesOf = new WeakMap();

/** @param {Uint8Array | undefined} one @param {Uint8Array} other */
const isSame = (one, other) => one?.length === other.length && one.every((value, at) => value === other[at]);

/**
 * @param {string} url @param {AbortSignal} signal
 * @param {any} before what the layer draws now; the answer itself if its bytes are the same, so that nothing is drawn anew
 */
async function load(url, signal, before) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(await refusal(answer));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (before && isSame(bytesOf.get(before), bytes)) return before;
  const kind = answer.headers.get('content-type') ?? '';
  const isArrow = kind.startsWith(ARROW) || /\.arrow(\?|$)/.test(url);
  const data = isArrow ? decode(bytes) : JSON.parse(new TextDecoder().decode(bytes));
  bytesOf.set(data, bytes);
  return data;
}

export class Sources {
  /** @type {Map<string, {promise: Promise<any>, abort: AbortController, isThere: boolean}>} */
  #kept = new Map();

  /**
   * @param {string} url
   * @param {any} [before] what is drawn now, which is the answer where nothing of it changed
   * @returns {Promise<any>} rows, or parsed JSON; a failure is forgotten, so that asking again tries again
   */
  get(url, before) {
    const kept = this.#kept.get(url);
    if (kept) return kept.promise;
    const abort = new AbortController();
    const promise = load(url, abort.signal, before);
    promise.catch(() => this.#kept.delete(url));
    const entry = { promise, abort, isThere: false };
    promise.then(() => Object.assign(entry, { isThere: true }), () => {});
    this.#kept.set(url, entry);
    return promise;
  }

  /**
   * Drop, and stop fetching, whatever is not in `urls`; but of tiles in use keep those that were seen last.
   * @param {Set<string>} urls @param {Set<string>} [families] of tiles in use
   */
  keepOnly(urls, families = new Set()) {
    const seen = [...this.#kept].filter(([url, kept]) => !urls.has(url) && kept.isThere && families.has(familyOf(url)));
    const spared = new Set(seen.slice(-MOST_SPARED).map(([url]) => url));
    for (const [url, kept] of this.#kept) {
      if (urls.has(url) || spared.has(url)) continue;
      this.#kept.delete(url);
      kept.abort.abort();
    }
  }
}
