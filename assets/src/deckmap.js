// The bundle's door: `twinMap.render(elementId, spec)`, or `ClientsideFunction('deckmap', 'render')` with (spec, elementId).

import { log } from '@deck.gl/core';
import { otherLetters } from './fonts.js';
import { TwinMap } from './map.js';

log.level = 0;

/** @type {TwinMap | undefined} */
let map;

/**
 * Draw `spec` in the element. The first call makes the canvas, later ones change it in place.
 * @param {string} elementId @param {import('./map.js').Spec | null} spec
 */
function render(elementId, spec) {
  if (!spec) return;
  const element = document.getElementById(elementId);
  if (!element) throw new Error(`there is no element #${elementId} for the map`);
  if (map?.element !== element) map = new TwinMap(element);
  map.render(spec);
}

window.twinMap = {
  render,
  get state() {
    return map?.state ?? null;
  },
  /** By layer, the zooms for which what is drawn of it is. @returns {Record<string, number[]>} */
  get zooms() {
    return map?.stack.zooms ?? {};
  },
  otherLetters,
  /** Look elsewhere, at once. @param {NonNullable<import('./map.js').Spec['camera']>} camera */
  look: (camera) => map?.look(camera),
  /** Draw a frame now, for measuring. */
  redraw: () => map?.canvas.deck?.redraw('measured'),
  /** Where a place of the world lies on the page, CSS px from the map's corner. @param {[number, number]} lonLat */
  project: (lonLat) => map?.canvas.deck?.getViewports()[0]?.project(lonLat) ?? null,
};

window.dash_clientside = Object.assign({}, window.dash_clientside, {
  deckmap: {
    render: (/** @type {any} */ spec, /** @type {string} */ elementId) => {
      render(elementId, spec);
      return spec?.hash ?? window.dash_clientside.no_update;
    },
  },
});
