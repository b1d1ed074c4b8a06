// The address is the picture, where the map looks as well: it is put there when the map rests, without a word to the server.

import { isSamePlace, linkOf } from './screens.js';

/** What the address says of one of its fields. @param {string} name */
export const said = (name, search = location.search) => new URLSearchParams(search).get(name) ?? '';

/** @param {string} search @param {string} camera '' for where the map looks by itself @returns {string} */
function looking(search, camera) {
  const params = new URLSearchParams(search);
  if (camera) params.set('camera', camera);
  else params.delete('camera');
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text && `?${text}`;
}

/** The address of another moment of the same picture. @param {string} as_of */
export function at(as_of, search = location.search) {
  const params = new URLSearchParams(search);
  params.set('as_of', as_of);
  params.delete('known_at');
  return `?${params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
}

/** @param {string} camera */
function put(camera) {
  history.replaceState(history.state, '', location.pathname + looking(location.search, camera) + location.hash);
}

/** Somebody has moved the map, and it rests: a link to the page shows the same. @param {any} spec what is drawn */
export function rests(spec) {
  if (!spec || !window.twinMap?.isMoved) return;
  const camera = linkOf(spec);
  if (camera && !(said('camera') && isSamePlace(camera, said('camera')))) put(camera);
}

/** The map looks where it does by itself again. */
export const forget = () => put('');

/** The map looks somewhere that no hand has moved it to. @param {string} camera */
export const look = put;

/** A way to another page goes to the same place of the map. @param {HTMLAnchorElement} way */
export function along(way) {
  const url = new URL(way.href);
  way.href = url.pathname + looking(url.search, said('camera')) + url.hash;
}
