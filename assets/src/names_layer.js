// Names on the map: our own fonts, a halo, letters apart in Han text, two lines where a name is long, and no name over another.
// Each is a picture that the browser wrote, so that every script is set as its readers expect.

import { CompositeLayer } from '@deck.gl/core';
import { linesOf } from './along.js';
import { rowOf } from './arrow.js';
import { FlatCircles, FlatIcons, FlatPaths } from './flat.js';
import { namesOf } from './placing.js';
import { isHan, isShaped, letters, lines, spaced } from './scripts.js';
import { picture } from './words.js';

export const FONT = '"Inter Variable", "Noto Sans SC", "Other Letters", "Noto Sans CJK SC", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", sans-serif';
const MEASURED = 64;
const LINE = 1.2;
/** A thin space, in parts of the size of the letters. */
const THIN = 0.2;
/** Between letters of other scripts along a line, in parts of their size. */
const LATIN_GAP = 0.12;
/** Sizes follow the zoom in steps, so that a small step of the wheel leaves names as they are. */
const SIZE_STEP = 0.05;
const ALL_ZOOMS = [0, 99];
const pen = document.createElement('canvas').getContext('2d');

/** @param {any} data binary rows, a list of rows, or GeoJSON @returns {any[]} */
function rowsOf(data) {
  if (data?.features) return data.features;
  if (data?.columns) return Array.from({ length: data.length }, (_, i) => rowOf(data.columns, i));
  return data ?? [];
}

/** @param {any} accessor a value, or a function of a row @param {any} row @param {number} index @param {any[]} data */
const of = (accessor, row, index, data) => (typeof accessor === 'function' ? accessor(row, { index, data }) : accessor);

/** Width of a text, in parts of its size. @param {string} text @param {number} weight */
function width(text, weight) {
  if (!pen) return text.length * 0.6;
  pen.font = `${weight} ${MEASURED}px ${FONT}`;
  return pen.measureText(text).width / MEASURED;
}

/** The factor at a zoom, between stops of zoom and factor. @param {number[][]} stops */
const scaling = (stops) => (/** @type {number} */ zoom) => {
  if (!stops.length) return 1;
  const after = stops.findIndex(([at]) => at >= zoom);
  if (after === 0) return stops[0][1];
  if (after < 0) return stops[stops.length - 1][1];
  const [[z1, f1], [z2, f2]] = [stops[after - 1], stops[after]];
  return Math.round((f1 + ((f2 - f1) * (zoom - z1)) / (z2 - z1)) / SIZE_STEP) * SIZE_STEP;
};

/**
 * `letterSpacing` (thin spaces between letters of Han text), `collide` (false draws every name; one along a line keeps clear of its like),
 * `getPriority` (greater comes first, of whatever layer), `haloColor`, `haloWidth` (0 to 12), `along` (names follow the lines of
 * their features, letter by letter; several features of one name have it once), `moves` (a name may stand beside its place, or
 * further off with a line that leads there), `leadColor`, `sizes` (stops of zoom and factor), `getZooms` (from, and below which zoom).
 * A name in a script whose letters join or run from right to left is in one piece.
 */
export class NamesLayer extends CompositeLayer {
  static layerName = 'NamesLayer';

  static defaultProps = {
    getText: { type: 'accessor', value: (row) => row.name ?? row.properties?.name },
    getPosition: { type: 'accessor', value: (row) => row.position ?? row.geometry?.coordinates },
    getColor: { type: 'accessor', value: [169, 184, 202, 255] },
    getSize: { type: 'accessor', value: 16 },
    getAngle: { type: 'accessor', value: 0 },
    getPixelOffset: { type: 'accessor', value: [0, 0] },
    getTextAnchor: { type: 'accessor', value: 'middle' },
    getPriority: { type: 'accessor', value: 0 },
    getZooms: { type: 'accessor', value: ALL_ZOOMS },
    sizeScale: 1,
    sizes: { type: 'array', value: [], compare: 2 },
    fontWeight: 500,
    letterSpacing: 0,
    collide: true,
    collisionGroup: 'names',
    haloColor: { type: 'color', value: [11, 18, 32, 230] },
    haloWidth: 3,
    leadColor: { type: 'color', value: [169, 184, 202, 200] },
    billboard: true,
    along: false,
    moves: false,
  };

  /** A move of the map changes a layer of names when others have room. */
  shouldUpdateState({ changeFlags }) {
    const { propsOrDataChanged, stateChanged, viewportChanged } = changeFlags;
    return propsOrDataChanged || stateChanged || (viewportChanged && this.#signed(this.#placed()) !== this.state.signed);
  }

  /** Where the names stand that have room where the map looks. @returns {import('./placing.js').Placed[]} */
  #placed() {
    const { labels = [] } = this.state;
    const { viewport } = this.context;
    if (this.props.collide || this.props.along) return namesOf(this.context.layerManager ?? this.context.deck).placed(this.id, viewport);
    const scale = scaling(this.props.sizes)(viewport.zoom);
    return labels.map((/** @type {any} */ { offset }, /** @type {number} */ index) => ({ index, key: '', scale, boxes: [], offset, lead: null, glyphs: null }));
  }

  /** @param {import('./placing.js').Placed[]} placed */
  #signed(placed) {
    const { zoom } = this.context.viewport;
    return placed.map(({ index, key, scale, glyphs, lead }) => `${index}:${key}:${scale}${glyphs || lead ? `:${zoom}` : ''}`).join(' ');
  }

  /** `setState` would ask for an update, and so a frame, after the one that this is part of. */
  updateState({ props, changeFlags }) {
    const names = namesOf(this.context.layerManager ?? this.context.deck);
    if (changeFlags.dataChanged || changeFlags.propsChanged || changeFlags.updateTriggersChanged || !this.state.labels) {
      const labels = props.along ? this.#alongLines() : this.#atPlaces();
      const words = labels.flatMap(({ words: own }) => own);
      words.forEach((word, n) => Object.assign(word, { n }));
      Object.assign(this.state, { labels, signed: null, pictures: words.length ? this.#pictures(words) : null });
      names.set(this.id, props.collide || props.along ? { labels, group: props.collide ? props.collisionGroup : this.id, layer: this, scaleAt: scaling(props.sizes) } : null);
    }
    const placed = this.#placed();
    const signed = this.#signed(placed);
    if (signed === this.state.signed) return;
    Object.assign(this.state, { signed, sprites: placed.flatMap((each) => this.#sprites(each)), leads: this.#leads(placed) });
  }

  finalizeState(context) {
    namesOf(context.layerManager ?? context.deck).set(this.id, null);
    super.finalizeState(context);
  }

  getPickingInfo({ info, sourceLayer }) {
    info.object = sourceLayer?.props.data?.[info.index]?.row ?? null;
    return info;
  }

  /** What all names of the layer have of a row. @param {any} row @param {number} index @param {any[]} data */
  #common(row, index, data) {
    const { props } = this;
    const each = (/** @type {any} */ accessor) => of(accessor, row, index, data);
    const [from, until] = each(props.getZooms);
    return {
      row, text: String(each(props.getText) ?? ''), size: each(props.getSize) * props.sizeScale, color: each(props.getColor),
      priority: each(props.getPriority), anchor: each(props.getTextAnchor), offset: each(props.getPixelOffset), from, until, moves: props.moves,
    };
  }

  /** Every row that has a name and a place, as it is written and measured. One that has not is left out: the others are drawn. */
  #atPlaces() {
    const { props } = this;
    const data = rowsOf(props.data);
    const isLevel = typeof props.getAngle !== 'function';
    return data.flatMap((row, index) => {
      const common = this.#common(row, index, data);
      const { text, size, color, anchor } = common;
      const position = of(props.getPosition, row, index, data);
      if (!text || !Number.isFinite(position?.[0]) || !Number.isFinite(position?.[1])) return [];
      const said = (isLevel && !isShaped(text) ? lines(text) : [text]).map((line) => (isShaped(text) ? line : spaced(line, props.letterSpacing)));
      const wide = Math.max(...said.map((line) => width(line, props.fontWeight))) * size;
      return [{
        ...common, position, angle: of(props.getAngle, row, index, data), text: said.join('\n'), shift: { start: wide / 2, end: -wide / 2 }[anchor] ?? 0,
        wide, high: size * LINE * said.length, words: [{ lines: said, size, color, anchor }],
      }];
    });
  }

  /** Names along lines, each once, however many features carry it. */
  #alongLines() {
    const { props } = this;
    const data = rowsOf(props.data);
    /** @type {Map<string, any>} */
    const found = new Map();
    data.forEach((row, index) => {
      const common = this.#common(row, index, data);
      const { text, size, color } = common;
      const own = linesOf(row?.geometry ?? { type: 'LineString', coordinates: row?.path ?? [] }).filter((line) => line.length > 1);
      if (!text || !own.length) return;
      const known = found.get(text);
      if (known) {
        known.lines.push(...own);
        return;
      }
      const parts = isShaped(text) ? [text] : letters(text);
      const gap = isHan(text) ? props.letterSpacing * THIN : isShaped(text) ? 0 : LATIN_GAP;
      const wides = parts.map((part) => (width(part, props.fontWeight) + gap) * size);
      const words = parts.map((part) => ({ lines: [part], size, color, anchor: 'middle' }));
      found.set(text, { ...common, lines: own, isHan: isHan(text), wides, wide: 0, high: size * LINE, shift: 0, angle: 0, words });
    });
    return Array.from(found.values());
  }

  /** The pictures of a name where it stands. @param {import('./placing.js').Placed} placed */
  #sprites({ index, scale, offset, glyphs }) {
    const { row, words, position, angle } = this.state.labels[index];
    const { viewport } = this.context;
    if (!glyphs) return [{ n: words[0].n, row, position, angle, offset, scale }];
    return glyphs.map(({ x, y, angle: turn, letter }) => ({ n: words[letter].n, row, position: viewport.unproject([x, y]), angle: turn, offset: [0, 0], scale }));
  }

  /** @param {import('./placing.js').Placed[]} placed */
  #leads(placed) {
    const { viewport } = this.context;
    return placed.flatMap(({ index, lead }) => (lead ? [{ path: lead.map((at) => viewport.unproject(at)), position: this.state.labels[index].position }] : []));
  }

  /** @param {any[]} words each has the number of its picture */
  #pictures(words) {
    const { haloColor, haloWidth, fontWeight } = this.props;
    const ratio = this.context.device?.canvasContext?.cssToDeviceRatio?.() ?? window.devicePixelRatio;
    return picture(words, { font: FONT, weight: fontWeight, haloColor, haloWidth }, ratio);
  }

  renderLayers() {
    const { sprites = [], leads = [], pictures } = this.state;
    if (!sprites.length || !pictures) return null;
    const { atlas, mapping, scale } = pictures;
    const { leadColor, sizeScale } = this.props;
    const words = new FlatIcons(this.getSubLayerProps({ id: 'words', updateTriggers: {} }), {
      data: sprites,
      getPosition: (each) => each.position,
      getAngle: (each) => each.angle,
      getPixelOffset: (each) => each.offset,
      billboard: this.props.billboard,
      iconAtlas: atlas,
      iconMapping: mapping,
      getIcon: (each) => String(each.n),
      getSize: (each) => mapping[each.n].height * scale * each.scale,
      getColor: [255, 255, 255, 255],
    });
    if (!leads.length) return words;
    const lines = new FlatPaths(this.getSubLayerProps({ id: 'leads', updateTriggers: {} }), {
      data: leads, pickable: false, getPath: (each) => each.path, getColor: leadColor, getWidth: 0.8 * sizeScale, widthUnits: 'pixels',
    });
    const dots = new FlatCircles(this.getSubLayerProps({ id: 'dots', updateTriggers: {} }), {
      data: leads, pickable: false, getPosition: (each) => each.position, getFillColor: leadColor, getRadius: 1.8 * sizeScale, radiusUnits: 'pixels',
    });
    return [lines, dots, words];
  }
}
