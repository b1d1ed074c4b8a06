// One deck.gl on one canvas. When the GPU takes its context away, a new one is made with the same camera and layers.

import { Deck, MapView, WebMercatorViewport } from '@deck.gl/core';

const FIRST_RETRY_MS = 60;
const SLOWEST_RETRY_MS = 2000;
const PATIENCE_MS = 6000;
/** The first pick may take the GPU longer than a click usually lasts. */
const SLOW_CLICK_MS = 3000;
const [FARTHEST_OUT, FARTHEST_IN] = [1, 18];
const NOWHERE = { longitude: 0, latitude: 0, zoom: 1 };
/** While the map moves, frames that come slower than this are drawn of fewer pixels. */
const SLOW_FRAME_MS = 70;
const SLOW_IN_ROW = 2;
/** One frame that takes so long is enough. */
const STUCK_MS = 280;
/** After so many quick frames a map that was drawn coarsely may be drawn of more pixels. */
const QUICK_IN_ROW = 5;
/** The fewest, as a share of the screen's along each side: what moves is still told apart. */
const COARSEST = 0.25;
/** From this share down what is `rests` is left out while the map moves: lines cost by their corners, however few the pixels. */
const SPARSE = 0.6;
/** A map that has not moved for so long, or for so many of its frames, is drawn of all its pixels again. */
const STILL_MS = 200;
const STILL_FRAMES = 3;
const LONGEST_STILL_MS = 1500;

/** @param {Record<string, number>} padding CSS px that other things cover */
const view = (padding) => new MapView({ id: 'map', padding, controller: { dragRotate: false, touchRotate: false, keyboard: false } });

/** Whether a layer that is for some zooms only is drawn at one. @param {any} props @param {number} zoom */
const isInSpan = ({ span }, zoom) => !span || (zoom >= span[0] && zoom < span[1]);

/** Whether the browser gives a context now: after a crash it may refuse for a while, and deck.gl would throw. */
function mayOpen() {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return Boolean(context);
}

export class Canvas {
  /**
   * @param {HTMLElement} element
   * @param {object} on
   * @param {(anew: boolean) => any[]} on.layers answers what to draw
   * @param {() => void} on.open when it can draw
   * @param {(info: any) => void} on.click
   * @param {(info: any) => void} on.hover
   * @param {() => void} on.frame after each frame
   * @param {() => void} on.move when the camera moves
   * @param {(error: Error, layer: any) => void} on.error
   * @param {() => void} on.opened each time that there is a canvas to draw on
   */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.rebuilt = 0;
    this.camera = NOWHERE;
    this.padding = {};
    /** @type {number | boolean} */
    this.pixels = true;
    this.tries = 0;
    this.frames = 0;
    /** Share of the pixels along each side that are drawn while the map moves: as many as this machine can draw in time. */
    this.share = 1;
    this.isMoving = false;
    /** Between the last two frames of a moving map, ms; before them, what a slow machine may take. */
    this.spent = LONGEST_STILL_MS / STILL_FRAMES;
    /** Slow frames that came one after the other, below zero: quick ones. A hand that rests makes one slow frame, a machine many. */
    this.inRow = 0;
    /** Whether somebody has moved the map since it was told where to look. */
    this.isMoved = false;
    /** @type {number | null} frames drawn when all layers were first seen loaded */
    this.wholeAt = null;
    this.#open();
  }

  #open() {
    const canvas = document.createElement('canvas');
    canvas.id = 'deckmap';
    this.#name(canvas);
    canvas.addEventListener('webglcontextlost', () => this.#lost(canvas));
    this.element.prepend(canvas);
    const ratio = this.pixels === true ? window.devicePixelRatio : Number(this.pixels) || 1;
    canvas.width = Math.round(this.element.clientWidth * ratio); // what is to be drawn on is made once, at its size
    canvas.height = Math.round(this.element.clientHeight * ratio);
    this.canvas = canvas;
    this.alive = false;
    const deck = new Deck({
      canvas,
      views: view(this.padding),
      initialViewState: this.camera,
      useDevicePixels: this.pixels,
      // each feature that is asked for costs a round trip to the GPU
      deviceProps: { type: 'webgl', waitForPageLoad: false, _initializeFeatures: false },
      layers: [],
      pickingRadius: 4,
      layerFilter: ({ layer, viewport }) => {
        const { props } = layer.root ?? layer;
        return isInSpan(props, viewport.zoom) && !(props.rests && this.isMoving && this.share < SPARSE);
      },
      eventRecognizerOptions: { click: { time: SLOW_CLICK_MS } },
      onViewStateChange: ({ viewState: { longitude, latitude, zoom }, interactionState: { isDragging, isPanning, isZooming } = {} }) => {
        this.camera = { longitude, latitude, zoom };
        const isByHand = Boolean(isDragging || isPanning || isZooming);
        this.isMoved ||= isByHand;
        if (isByHand) this.#moves();
        this.on.move();
      },
      onAfterRender: () => {
        this.frames += 1;
        this.#pace();
        this.on.frame();
      },
      onClick: this.on.click,
      onHover: this.on.hover,
      onError: (error, layer) => (this.alive ? this.on.error(error, layer) : this.#lost(canvas)),
      onLoad: () => this.#opened(deck),
    });
    this.deck = deck;
    setTimeout(() => !this.alive && this.deck === deck && this.#lost(canvas), PATIENCE_MS);
  }

  /** What the map is called, and how it is moved, for who cannot see it. @param {string} label */
  name(label) {
    this.label = label;
    if (this.canvas) this.#name(this.canvas);
  }

  /** @param {HTMLCanvasElement} canvas */
  #name(canvas) {
    if (!this.label) return;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', this.label);
  }

  /** @param {Deck} deck */
  #opened(deck) {
    if (this.deck !== deck) return;
    this.alive = true;
    const isAnew = this.tries > 0;
    this.tries = 0;
    this.on.opened();
    if (!isAnew) return this.on.open();
    this.rebuilt += 1;
    deck.setProps({ layers: this.on.layers(true) });
  }

  /** @param {HTMLCanvasElement} canvas */
  #lost(canvas) {
    if (this.canvas !== canvas) return;
    this.canvas = null;
    this.alive = false;
    try {
      this.deck?.finalize();
    } catch {
      // a lost context has nothing left to free
    }
    this.deck = null;
    canvas.remove();
    this.#retry();
  }

  #retry() {
    setTimeout(() => (mayOpen() ? this.#open() : this.#retry()), Math.min(FIRST_RETRY_MS * 2 ** this.tries, SLOWEST_RETRY_MS));
    this.tries += 1;
  }

  /** Draw what there is to draw, in place. */
  draw() {
    this.wholeAt = null;
    if (!this.alive || !this.deck) return;
    const [layers, shown] = [this.on.layers(false), this.deck.props.layers];
    if (layers.length === shown.length && layers.every((layer, at) => layer === shown[at])) return;
    this.deck.setProps({ layers });
    // names make room for each other once all are known: then the first frame is the right one, and the only one
    const { layerManager } = /** @type {any} */ (this.deck);
    layerManager?.updateLayers();
    layerManager?.setNeedsUpdate('names are known');
  }

  /**
   * @param {{longitude: number, latitude: number, zoom: number}} camera
   * @param {string} key names the camera, so that the same place asked for again is gone to again
   * @param {number} glide_ms 0 jumps
   */
  look(camera, key, glide_ms) {
    this.camera = camera;
    this.isMoved = false;
    this.deck?.setProps({ initialViewState: { ...camera, pitch: 0, bearing: 0, minZoom: FARTHEST_OUT, maxZoom: FARTHEST_IN, key, transitionDuration: glide_ms } });
  }

  /** Move by hand, at once: px to the right and down, and steps of zoom. @param {number} right @param {number} down @param {number} nearer */
  nudge(right, down, nearer) {
    const { clientWidth: width, clientHeight: height } = this.element;
    const viewport = new WebMercatorViewport({ ...this.camera, width, height });
    const [longitude, latitude] = viewport.unproject([width / 2 + right, height / 2 + down]);
    const zoom = Math.min(FARTHEST_IN, Math.max(FARTHEST_OUT, this.camera.zoom + nearer));
    this.nudges = (this.nudges ?? 0) + 1;
    this.look({ longitude, latitude, zoom }, `nudged ${this.nudges}`, 0);
    this.isMoved = true;
    this.on.move();
  }

  /** Where the middle of the part lies that a padding leaves free, and the zoom. @param {Record<string, number>} padding px */
  middle({ top = 0, right = 0, bottom = 0, left = 0 }) {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return null;
    const own = { top: 0, right: 0, bottom: 0, left: 0, ...this.padding };
    const viewport = new WebMercatorViewport({ ...this.camera, width, height });
    // the camera stands in the middle of what its own padding leaves free
    const x = width / 2 + (left - right - own.left + own.right) / 2;
    const y = height / 2 + (top - bottom - own.top + own.bottom) / 2;
    const [longitude, latitude] = viewport.unproject([x, y]);
    return { longitude, latitude, zoom: this.camera.zoom };
  }

  /** @param {Record<string, number>} padding @param {number | boolean} pixels */
  frame(padding, pixels) {
    const isOther = pixels !== this.pixels;
    this.pixels = pixels;
    if (isOther) this.#sharpen();
    if (JSON.stringify(padding) !== JSON.stringify(this.padding)) this.deck?.setProps({ views: view(padding) });
    this.padding = padding;
  }

  /** Somebody moves the map: until it is still, it is drawn as coarsely as the machine needs to follow. */
  #moves() {
    clearTimeout(this.still);
    const patience = Math.min(LONGEST_STILL_MS, Math.max(STILL_MS, STILL_FRAMES * this.spent));
    this.still = setTimeout(() => {
      this.isMoving = false;
      if (this.inRow <= -QUICK_IN_ROW) this.share = Math.min(1, 2 * this.share);
      this.#sharpen();
    }, patience);
    if (this.isMoving) return;
    this.isMoving = true;
    this.drawnAt = undefined;
    this.inRow = 0;
    this.#sharpen();
  }

  /** Draw fewer pixels from the next frame on, if two came too slowly one after the other: as many as would have been in time. */
  #pace() {
    if (!this.isMoving) return;
    const [now, before] = [performance.now(), this.drawnAt];
    this.drawnAt = now;
    if (before === undefined) return;
    this.spent = now - before;
    const isSlow = this.spent >= SLOW_FRAME_MS;
    this.inRow = isSlow ? Math.max(0, this.inRow) + 1 : Math.min(0, this.inRow) - 1;
    if ((this.inRow < SLOW_IN_ROW && this.spent < STUCK_MS) || this.share <= COARSEST) return;
    this.share = Math.max(COARSEST, this.share * Math.sqrt(SLOW_FRAME_MS / this.spent));
    this.#sharpen();
  }

  #sharpen() {
    const share = this.isMoving ? this.share : 1;
    const ratio = this.pixels === true ? window.devicePixelRatio : Number(this.pixels) || 1;
    this.deck?.setProps({ useDevicePixels: share < 1 ? ratio * share : this.pixels });
  }

  /** Where the map looks: its zoom and what is in view, covered parts and a little more included. @returns {import('./grid_tiles.js').Look} */
  get at() {
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.padding;
    const width = this.element.clientWidth + Math.abs(left - right);
    const height = this.element.clientHeight + Math.abs(top - bottom);
    const viewport = new WebMercatorViewport({ ...this.camera, width: Math.max(1, width), height: Math.max(1, height) });
    return { zoom: this.camera.zoom, bounds: viewport.getBounds() };
  }

  /** Whether everything that was asked for is on screen: all there, and a frame drawn since, or none due. */
  get idle() {
    const layers = this.deck?.props.layers ?? [];
    if (!this.alive || !layers.every((/** @type {any} */ layer) => layer.isLoaded)) {
      this.wholeAt = null;
      return false;
    }
    this.wholeAt ??= this.frames;
    return this.frames > this.wholeAt || !this.deck?.needsRedraw({ clearRedrawFlags: false });
  }
}
