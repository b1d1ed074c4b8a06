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
  /** Fly to a camera, or so that a box is seen whole. @param {NonNullable<import('./map.js').Spec['camera']>} camera */
  fly: (camera) => map?.fly(camera),
  /** Move by hand: px to the right and down, and steps of zoom. @param {number} right @param {number} down @param {number} nearer */
  nudge: (right, down, nearer) => map?.canvas.nudge(right, down, nearer),
  /** Where the middle of what a padding leaves free lies, and the zoom. @param {Record<string, number>} padding px */
  middle: (padding) => map?.canvas.middle(padding) ?? null,
  /** Whether somebody has moved the map since it was told where to look. */
  get isMoved() {
    return map?.canvas.isMoved ?? false;
  },
  /** Ring what a row is of, by 'layer:id' or 'district:id'; '' for nothing. @param {string} thing */
  ring: (thing) => map?.halo.hover(thing),
  /** Where a thing lies that is drawn, deg. @param {string} thing 'layer:id' @returns {number[] | null} */
  placeOf: (thing) => map?.halo.placeOf(thing) ?? null,
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
