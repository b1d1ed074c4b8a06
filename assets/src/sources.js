// Fetches what layers draw. A URL says everything about its bytes, so each is fetched once while a picture uses it.

import { decode } from './arrow.js';

const ARROW = 'application/vnd.apache.arrow.stream';

/** The answer's own words if it has any, else its status. @param {Response} answer */
async function refusal(answer) {
  const text = await answer.text().catch(() => '');
  try {
    return JSON.parse(text).error?.what ?? JSON.parse(text).what ?? `HTTP ${answer.status}`;
  } catch {
    return `HTTP ${answer.status}`;
  }
}

/** @param {string} url @param {AbortSignal} signal */
async function load(url, signal) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(await refusal(answer));
  const kind = answer.headers.get('content-type') ?? '';
  if (kind.startsWith(ARROW) || /\.arrow(\?|$)/.test(url)) return decode(await answer.arrayBuffer());
  return answer.json();
}

export class Sources {
  /** @type {Map<string, {promise: Promise<any>, abort: AbortController}>} */
  #kept = new Map();

  /** @param {string} url @returns {Promise<any>} rows, or parsed JSON; a failure is forgotten, so that asking again tries again */
  get(url) {
    const kept = this.#kept.get(url);
    if (kept) return kept.promise;
    const abort = new AbortController();
    const promise = load(url, abort.signal);
    promise.catch(() => this.#kept.delete(url));
    this.#kept.set(url, { promise, abort });
    return promise;
  }

  /** Drop, and stop fetching, whatever is not in `urls`. @param {Set<string>} urls */
  keepOnly(urls) {
    for (const [url, kept] of this.#kept) {
      if (urls.has(url)) continue;
      this.#kept.delete(url);
      kept.abort.abort();
    }
  }
}
