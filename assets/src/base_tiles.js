// A city's own base map: tiles of an archive that the server gives in parts, drawn flat, in the colours that the layer's JSON says.
// What reads archives is a bundle of its own (tiles.js), fetched when the first such layer is drawn.

import { CompositeLayer } from '@deck.gl/core';
import { PathStyleExtension } from '@deck.gl/extensions';
import { FlatAreas, FlatBitmaps, FlatPaths } from './flat.js';
import { fontsFor } from './fonts.js';
import { NamesLayer } from './names_layer.js';

/** Tiles of one picture at most: those of a wall. Where there would be more they are of a zoom less. */
const MOST = 60;
/** Widths at zoom 13.5, px: of a road, and of the dark casing that parts it from what it crosses. */
const WIDTHS = /** @type {Record<string, number[]>} */ ({ ring: [4.2, 6.4], avenue: [3, 5], street: [2, 3.8], lane: [1.3, 2.7], path: [0.8, 1.8] });
const RAIL_PX = 1.3;
const RAIL_DASH = [6, 4];
/** Stops of zoom and what widths are multiplied by: thinner from afar, wider where one street fills the screen. */
const WIDER = [[8, 0.22], [10, 0.35], [12, 0.65], [13.5, 1], [16, 2.2], [18, 4.5]];
/** From here on roads have casings: nearer to each other they would be casings only. */
const CASINGS_FROM = 11;
const NAME_PX = 12;
const NAME_WEIGHT = 400;
const STEP = 0.02;
const OWN = /** @type {HTMLScriptElement | null} */ (document.currentScript)?.src ?? '';

/** @type {Promise<any> | undefined} */
let reader;

/** What reads archives; it stands beside this very script. A failure is forgotten, so that asking again tries again. */
function reading() {
  reader ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = OWN.replace(/[^/]*$/, 'tiles.js');
    script.onload = () => resolve(window.twinTiles);
    script.onerror = () => {
      reader = undefined;
      reject(new Error('what reads base maps cannot be fetched'));
    };
    document.head.append(script);
  });
  return reader;
}

/** @param {number} zoom */
export function wider(zoom) {
  const after = WIDER.findIndex(([at]) => at >= zoom);
  if (after === 0) return WIDER[0][1];
  if (after < 0) return WIDER[WIDER.length - 1][1];
  const [[z1, f1], [z2, f2]] = [WIDER[after - 1], WIDER[after]];
  return f1 * (f2 / f1) ** ((zoom - z1) / (z2 - z1));
}

/** @param {number} lon deg */
const across = (lon) => (lon + 180) / 360;

/** @param {number} lat deg */
const down = (lat) => 0.5 - Math.asinh(Math.tan((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180)) / (2 * Math.PI);

/**
 * The tiles of a view, nothing outside the archive; none where it does not reach so far out.
 * @param {any} viewport
 * @param {{bounds: number[], tileZooms: number[], coarser: number}} of
 * @returns {number[][]} z, x, y of each
 */
export function tilesOf(viewport, { bounds, tileZooms: [low, high], coarser }) {
  if (viewport.zoom < low) return [];
  const seen = viewport.getBounds();
  const [west, south] = [0, 1].map((n) => Math.max(seen[n], bounds[n]));
  const [east, north] = [2, 3].map((n) => Math.min(seen[n], bounds[n]));
  if (west >= east || south >= north) return [];
  for (let z = Math.max(low, Math.min(high, Math.floor(viewport.zoom - coarser))); ; z -= 1) {
    const n = 2 ** z;
    const cell = (/** @type {number} */ share) => Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    const [x0, x1, y0, y1] = [cell(across(west)), cell(across(east)), cell(down(north)), cell(down(south))];
    if ((x1 - x0 + 1) * (y1 - y0 + 1) > MOST && z > low) continue;
    const found = [];
    for (let x = x0; x <= x1; x += 1) for (let y = y0; y <= y1; y += 1) found.push([z, x, y]);
    return found.slice(0, MOST);
  }
}

/** @typedef {{key: string, z: number, tile: any}} Shown */

export class BaseTiles extends CompositeLayer {
  static layerName = 'BaseTiles';

  static defaultProps = {
    archive: '',
    draws: { type: 'object', value: {}, compare: 2 },
    parts: { type: 'object', value: {}, compare: 2 },
    colors: { type: 'object', value: {}, compare: 2 },
    bounds: { type: 'array', value: [-180, -85, 180, 85], compare: 1 },
    tileZooms: { type: 'array', value: [0, 15], compare: 1 },
    buildingsFrom: 14,
    coarser: 0,
    widthScale: 1,
    sizeScale: 1,
    english: false,
    paler: 0,
    nameColor: { type: 'color', value: [169, 184, 202, 230] },
    haloColor: { type: 'color', value: [11, 18, 32, 204] },
  };

  initializeState() {
    this.state = { signed: '', shown: [], names: { features: [] }, isDone: false, zoom: 0, asked: 0 };
  }

  shouldUpdateState({ changeFlags }) {
    return changeFlags.somethingChanged;
  }

  /** Whether all that the view wants is drawn, or known not to be there. */
  get isLoaded() {
    return Boolean(this.state?.isDone) && super.isLoaded;
  }

  updateState() {
    const { viewport } = this.context;
    const { archive, span } = this.props;
    const isOff = span && (viewport.zoom < span[0] || viewport.zoom >= span[1]);
    const wanted = isOff ? [] : tilesOf(viewport, /** @type {any} */ (this.props));
    const signed = `${archive} ${wanted.join(' ')}`;
    this.state.zoom = Math.round(viewport.zoom / STEP) * STEP;
    if (signed === this.state.signed) return;
    Object.assign(this.state, { signed, isDone: !wanted.length, asked: this.state.asked + 1 });
    if (wanted.length) this.#fetch(wanted, this.state.asked);
    else Object.assign(this.state, { shown: [], names: { features: [] } });
  }

  /** @param {number[][]} wanted @param {number} asked */
  async #fetch(wanted, asked) {
    const { archive: url, parts, draws, tileZooms } = this.props;
    const { state } = this;
    /** @type {Shown[]} */
    const found = [];
    const isCurrent = () => state.asked === asked && this.getCurrentLayer()?.lifecycle !== 'Finalized';
    const show = (/** @type {Partial<any>} */ more) => isCurrent() && this.getCurrentLayer()?.setState({ shown: [...found], ...more });
    try {
      const archive = (await reading()).open(url, parts, draws.pictures ? 'raster' : 'vector');
      await Promise.all(wanted.map(async ([z, x, y]) => {
        const tile = await archive.tile(z, x, y);
        found.push({ key: `${z}-${x}-${y}`, z, tile });
        // Tiles of another zoom stay until all of this one are there: two zooms would lie on each other.
        if (state.shown.every((/** @type {Shown} */ each) => each.z === z)) show({});
      }));
    } catch (error) {
      console.warn(`base map: ${error instanceof Error ? error.message : error}`);
    }
    const names = { features: draws.names ? found.flatMap(({ tile }) => tile.names) : [] };
    if (names.features.length) await fontsFor(names, NAME_WEIGHT);
    show({ names, isDone: true, tileZooms });
  }

  /** @param {Shown} shown @param {string} part @param {number[]} color */
  #areas({ key, tile }, part, color) {
    if (!tile[part].length) return null;
    return new FlatAreas(this.getSubLayerProps({ id: `${part}-${key}` }), {
      data: tile[part], positionFormat: 'XY', getPolygon: (/** @type {any} */ each) => each.polygon, getFillColor: color, pickable: false,
    });
  }

  /** @param {Shown} shown @param {string} name @param {string} part @param {any} look */
  #lines({ key, tile }, name, part, look) {
    if (!tile[part].length) return null;
    return new FlatPaths(this.getSubLayerProps({ id: `${name}-${key}` }), {
      data: tile[part], positionFormat: 'XY', getPath: (/** @type {any} */ each) => each.path, widthUnits: 'pixels', pickable: false, ...look,
    });
  }

  /** @param {Shown[]} shown */
  #roads(shown) {
    const { colors, widthScale } = this.props;
    const { zoom } = this.state;
    const scale = wider(zoom) * widthScale;
    const round = { capRounded: true, jointRounded: true, widthScale: scale, widthMinPixels: 0.6 * widthScale };
    const rail = { getColor: colors.rail, getWidth: RAIL_PX, widthScale, getDashArray: RAIL_DASH, extensions: [new PathStyleExtension({ dash: true })] };
    const casing = { ...round, getColor: colors.casing, getWidth: (/** @type {any} */ each) => WIDTHS[each.road][1] };
    const fill = { ...round, getColor: (/** @type {any} */ each) => colors[each.road] ?? colors.lane, getWidth: (/** @type {any} */ each) => WIDTHS[each.road][0] };
    return [
      ...shown.map((each) => this.#lines(each, 'rails', 'rails', rail)),
      ...(zoom >= CASINGS_FROM ? shown.map((each) => this.#lines(each, 'casings', 'roads', casing)) : []),
      ...shown.map((each) => this.#lines(each, 'roads', 'roads', fill)),
    ];
  }

  /** @param {Shown} shown */
  #picture({ key, tile }) {
    const { colors, paler } = this.props;
    if (!tile.picture) return null;
    return new FlatBitmaps(this.getSubLayerProps({ id: `picture-${key}` }), {
      data: null, image: tile.picture, bounds: tile.bounds, desaturate: paler, tintColor: colors.picture.slice(0, 3), pickable: false,
    });
  }

  #names() {
    const { names } = this.state;
    const { english, nameColor, haloColor, sizeScale } = this.props;
    return new NamesLayer(this.getSubLayerProps({ id: 'names' }), {
      data: names, along: true, pickable: false, fontWeight: NAME_WEIGHT, letterSpacing: 1, haloWidth: 2, haloColor, sizeScale,
      getText: (/** @type {any} */ { properties }) => (english && properties.name_en) || properties.name,
      getColor: nameColor, getSize: NAME_PX, getPriority: (/** @type {any} */ { properties }) => 10 + properties.rank / 10,
      updateTriggers: { getText: english },
    });
  }

  renderLayers() {
    const { shown, zoom } = this.state;
    const { draws, colors, buildingsFrom } = this.props;
    if (!shown.length) return null;
    return [
      ...(draws.pictures ? shown.map((/** @type {Shown} */ each) => this.#picture(each)) : []),
      ...(draws.land ? shown.map((/** @type {Shown} */ each) => this.#areas(each, 'land', colors.land)) : []),
      ...(draws.water ? shown.map((/** @type {Shown} */ each) => this.#areas(each, 'water', colors.water)) : []),
      ...(draws.buildings && zoom >= buildingsFrom ? shown.map((/** @type {Shown} */ each) => this.#areas(each, 'buildings', colors.buildings)) : []),
      ...(draws.roads ? this.#roads(shown) : []),
      ...(draws.names ? [this.#names()] : []),
    ];
  }
}
