// What is on screen, as a link to hand on: the same moment, the same place of the map, with a line that says what it shows.

import { at } from './address.js';

const SAID_MS = 4000;

/** Clipboards ask for a page of a safe origin; in a hall without one the old way still works. @param {string} text */
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Object.assign(document.createElement('textarea'), { value: text });
    document.body.append(area);
    area.select();
    const isDone = document.execCommand('copy');
    area.remove();
    return isDone;
  }
}

/** @param {string} text */
function say(text) {
  document.getElementById('shared')?.remove();
  const node = Object.assign(document.createElement('div'), { id: 'shared', className: 'notice', textContent: text });
  node.setAttribute('role', 'status');
  document.getElementById('face')?.append(node);
  setTimeout(() => node.remove(), SAID_MS);
}

/** The link of this picture, held at its moment. */
export function link() {
  const moment = /** @type {HTMLElement | null} */ (document.querySelector('.as-of [data-since]'))?.dataset.since;
  const isHeld = location.search.includes('as_of=');
  const search = isHeld || !moment ? location.search : at(moment);
  return location.origin + location.pathname + search;
}

/** Put the link of this picture and what it shows into the clipboard. @param {Record<string, string>} words */
export async function copy(words) {
  const when = document.querySelector('.as-of-line > span')?.textContent ?? '';
  const isDone = await put(`${document.title} · ${when}\n${link()}`);
  say(words[isDone ? 'copied' : 'copy-failed'] ?? '');
}
