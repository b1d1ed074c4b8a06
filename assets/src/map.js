// The map of a page: takes specs, keeps one canvas, says when a picture is whole, and what was clicked.

import { Canvas } from './canvas.js';
import { Halo } from './halo.js';
import { idOf, objectOf } from './picks.js';
import { Stack } from './stack.js';
import { namesOf } from './placing.js';
import { covered, fitting } from './room.js';
import { Tooltip } from './tooltip.js';

const GLIDE_MS = 700;
const GATHER_MS = 150;
/** The map rests when it has not moved for so long. */
const REST_MS = 120;
/** The first picture waits longer for all of it: each frame of half a picture is a frame too many. */
const FIRST_GATHER_MS = 1200;
const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };

/**
 * @typedef {object} Spec
 * @property {{layers: import('./spec.js').LayerJson[]} | import('./spec.js').LayerJson[]} deck pydeck's JSON, or its layers
 * @property {string} snapshot what `document.documentElement.dataset.ready` says when all of it is drawn
 * @property {string} [hash] names the picture; becomes `dataset.picture`
 * @property {{longitude: number, latitude: number, zoom: number, box?: number[] | null} | null} [camera] where to look; `box` (west, south,
 *   east, north, deg) is fitted into the part of the map that nothing covers
 * @property {string} [cameraKey] the camera is gone to only when this changes
 * @property {boolean} [isThere] whether the map looks there already, so that it stays as it is
 * @property {string} [label] what the map is called, for who cannot see it
 * @property {string} [picked] 'layer:id' of what has a ring as long as it is picked
 * @property {Record<string, number>} [padding] CSS px of the map that other things cover: top, right, bottom, left
 * @property {string} [background] any CSS colour
 * @property {number | boolean} [useDevicePixels]
 * @property {string} [zone] the city's time zone, for moments in tooltips
 * @property {() => number | undefined} [now] the hall's present, ms since the epoch: in tooltips moments of this day go without a
 *   date; undefined where what is shown outlives its day
 * @property {Record<string, string>} [words] messages of durations, for tooltips
 */

export class TwinMap {
  /** @param {HTMLElement} element */
  constructor(element) {
    if (getComputedStyle(element).position === 'static') element.style.position = 'relative';
    this.element = element;
    this.clicks = 0;
    /** @type {any} */
    this.picked = null;
    this.settled = false;
    /** @type {string | undefined} */
    this.cameraKey = undefined;
    this.stack = new Stack(() => this.#soon(), (layer, why, url) => this.#failed(layer, why, url));
    this.tooltip = new Tooltip(element);
    new ResizeObserver(() => this.#moved()).observe(element);
    this.halo = new Halo(this.stack, () => this.canvas.draw());
    this.canvas = new Canvas(element, {
      layers: (anew) => [...this.stack.layers(anew), ...this.halo.layers(anew)],
      open: () => this.#soon(),
      click: (info) => this.#click(info),
      hover: (info) => this.#hover(info),
      frame: () => this.#watch(),
      move: () => {
        this.tooltip.hide(); // a finger that has left does not say so
        this.#moved();
      },
      error: (error, layer) => this.#broken(error, layer),
      opened: () => this.#cover(),
    });
    new ResizeObserver(() => this.#resized()).observe(element);
    document.fonts.ready.then(() => this.#resized());
  }

  /** @param {Spec} spec */
  render(spec) {
    this.spec = spec;
    this.settled = false;
    const { dataset } = document.documentElement;
    delete dataset.ready;
    delete dataset.picture;
    if (spec.background) this.element.style.background = spec.background;
    const pixels = spec.useDevicePixels ?? true;
    if (spec.isThere) this.canvas.frame(this.canvas.padding, pixels);
    else if (!spec.camera?.box) this.canvas.frame(spec.padding ?? NO_PADDING, pixels);
    if (spec.label) this.canvas.name(spec.label);
    this.halo.pick(spec.picked ?? '');
    const key = spec.cameraKey ?? 'only';
    if (spec.camera && key !== this.cameraKey) {
      const still = this.cameraKey === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches;
      if (!spec.isThere) this.#look(spec, key, still ? 0 : GLIDE_MS);
      this.cameraKey = key;
    }
    this.#cover();
    this.stack.at = this.canvas.at;
    this.stack.want(Array.isArray(spec.deck) ? spec.deck : spec.deck.layers);
  }

  /** @param {Spec} spec @param {string} key @param {number} glide_ms */
  #look({ camera, useDevicePixels }, key, glide_ms) {
    if (!camera) return;
    if (!camera.box) return this.canvas.look(camera, key, glide_ms);
    const { padding, ...seen } = fitting(camera.box, this.element.clientWidth, this.element.clientHeight, covered(this.element));
    this.canvas.frame(padding, useDevicePixels ?? true);
    this.canvas.look(seen, key, glide_ms);
  }

  /** Look elsewhere, at once: at a camera, or so that a box is seen whole. @param {NonNullable<Spec['camera']>} camera */
  look(camera) {
    if (!this.spec) return;
    this.looks = (this.looks ?? 0) + 1;
    this.#look({ ...this.spec, camera }, `looked ${this.looks}`, 0);
    this.#cover();
    this.#moved();
  }

  /** Fly to a camera, or so that a box is seen whole; at once for who wants no motion. @param {NonNullable<Spec['camera']>} camera */
  fly(camera) {
    if (!this.spec) return;
    this.looks = (this.looks ?? 0) + 1;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#look({ ...this.spec, camera }, `looked ${this.looks}`, isStill ? 0 : GLIDE_MS);
    this.#moved();
  }

  /** Names keep clear of what covers the map. */
  #cover() {
    const { layerManager } = /** @type {any} */ (this.canvas.deck ?? {});
    if (layerManager) namesOf(layerManager).cover(covered(this.element, true));
  }

  /** The window has another size, or letters that came late changed what covers the map. */
  #resized() {
    if (!this.spec) return;
    if (this.spec.camera?.box && !this.canvas.isMoved) this.#look(this.spec, `${this.cameraKey} ${this.element.clientWidth} ${this.element.clientHeight}`, 0);
    this.#cover();
    this.#moved();
  }

  /** Ask for what belongs to where the map looks now, once it rests. */
  #moved() {
    clearTimeout(this.moving);
    this.moving = setTimeout(() => {
      if (!this.spec) return;
      this.stack.look(this.canvas.at);
      document.dispatchEvent(new CustomEvent('twin:rest'));
    }, REST_MS);
  }

  /** Draw once for what arrives together: at once when all is there, else after a moment. */
  #soon() {
    clearTimeout(this.drawing);
    const since = performance.now() - (this.unseen ??= performance.now());
    this.drawing = setTimeout(() => {
      this.drawing = undefined;
      this.unseen = undefined;
      this.halo.renew();
      this.canvas.draw();
      document.dispatchEvent(new CustomEvent('twin:drawn'));
      this.#watch();
    }, this.stack.settled ? 0 : Math.max(0, (this.cameBefore ? GATHER_MS : FIRST_GATHER_MS) - since));
  }

  /** Say that the picture is whole once it is; ask again a frame later until then. */
  #watch() {
    if (this.settled || !this.spec || this.watching) return;
    this.watching = requestAnimationFrame(() => {
      this.watching = undefined;
      if (this.settled || !this.spec) return;
      const { dataset } = document.documentElement;
      if (this.stack.broken.length) dataset.broken = this.stack.broken.join(' ');
      else delete dataset.broken;
      if (this.stack.settled && !this.drawing && this.canvas.idle) {
        this.settled = true;
        this.cameBefore = true;
        dataset.picture = this.spec.hash ?? '';
        dataset.ready = this.spec.snapshot;
      } else if (!this.stack.broken.length) this.#watch();
    });
  }

  /** @param {string} layer @param {string} why @param {string} url */
  #failed(layer, why, url) {
    document.dispatchEvent(new CustomEvent('twin:layer-failed', { detail: { layer, why, url, snapshot: this.spec?.snapshot } }));
  }

  /** @param {Error} error @param {any} layer */
  #broken(error, layer) {
    if (layer) this.stack.fail(String(layer.root?.id ?? layer.id).split('~')[0], error.message);
    else console.warn(`map: ${error.message}`);
  }

  /** @param {any} info */
  #click(info) {
    this.clicks += 1;
    const parting = info?.object?.crowd && info.layer?.parting?.(info.object);
    if (parting) {
      this.canvas.look(parting, `parting ${this.clicks}`, GLIDE_MS);
      this.canvas.isMoved = true;
      return;
    }
    const object = objectOf(info);
    const layer = object ? this.stack.jsonOf(info.layer.id)?.id : undefined;
    this.picked = object ? { layer, id: idOf(object), object, n: this.clicks } : null;
    const told = new CustomEvent('twin:picked', { cancelable: true, detail: this.picked });
    if (document.dispatchEvent(told)) window.dash_clientside?.set_props?.('pick', { data: this.picked });
  }

  /** @param {any} info */
  #hover(info) {
    const object = objectOf(info);
    const template = object ? this.stack.jsonOf(info.layer.id)?.tooltip : null;
    this.tooltip.node.dataset.of = info.layer?.id ?? '';
    this.tooltip.show(object, template, { more: (object?.crowd?.n ?? 1) - 1, x: info.x, y: info.y, zone: this.spec?.zone, now: this.spec?.now?.(), said: this.spec?.words });
  }

  #names() {
    const { deck } = this.canvas;
    const viewport = deck?.isInitialized && deck.getViewports()[0];
    return viewport ? namesOf(/** @type {any} */ (deck).layerManager).shown(viewport) : [];
  }

  /** What the map is at, for tests and for the curious. */
  get state() {
    const { dataset } = document.documentElement;
    return {
      ready: dataset.ready ?? null, snapshot: this.spec?.snapshot ?? null, layers: this.stack.report, alive: this.canvas.alive, rebuilt: this.canvas.rebuilt,
      names: this.#names(), frames: this.canvas.frames, camera: this.canvas.camera, canvas: this.canvas.canvas, pick: this.picked, ringed: this.halo.ringed,
    };
  }
}
