// Names on the map: our own fonts, a halo, letters apart in Han text, two lines where a name is long, and no name over another.
// Each is a picture that the browser wrote, so that every script is set as its readers expect.

import { CompositeLayer } from '@deck.gl/core';
import { along } from './along.js';
import { rowOf } from './arrow.js';
import { FlatIcons } from './flat.js';
import { namesOf } from './placing.js';
import { isShaped, lines, spaced } from './scripts.js';
import { picture } from './words.js';

export const FONT = '"Inter Variable", "Noto Sans SC", "Other Letters", "Noto Sans CJK SC", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", sans-serif';
const MEASURED = 64;
const LINE = 1.2;
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

/**
 * `letterSpacing` (thin spaces between letters of Han text), `collide` (false draws every name),
 * `getPriority` (greater stays when two touch, of whatever layer), `haloColor`, `haloWidth` (0 to 12), `along` (0 to 1: the name
 * stands at this share of the length of a line, and follows it; null for places).
 * A name in a script whose letters join or run from right to left is in one line.
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
    sizeScale: 1,
    fontWeight: 500,
    letterSpacing: 0,
    collide: true,
    collisionGroup: 'names',
    haloColor: { type: 'color', value: [11, 18, 32, 230] },
    haloWidth: 3,
    billboard: true,
    along: null,
  };

  /** A move of the map changes a layer of names when others have room. */
  shouldUpdateState({ changeFlags }) {
    const { propsOrDataChanged, stateChanged, viewportChanged } = changeFlags;
    return propsOrDataChanged || stateChanged || (viewportChanged && String(this.#kept()) !== String(this.state.kept));
  }

  /** Numbers of the names that have room where the map looks. */
  #kept() {
    const { written = [] } = this.state;
    if (!this.props.collide) return written.map((/** @type {any} */ _, /** @type {number} */ index) => index);
    return namesOf(this.context.layerManager ?? this.context.deck).kept(this.id, this.context.viewport);
  }

  /** `setState` would ask for an update, and so a frame, after the one that this is part of. */
  updateState({ props, changeFlags }) {
    const names = namesOf(this.context.layerManager ?? this.context.deck);
    if (changeFlags.dataChanged || changeFlags.propsChanged || changeFlags.updateTriggersChanged || !this.state.written) {
      const written = this.#written();
      Object.assign(this.state, { written, kept: null, pictures: written.length ? this.#pictures(written) : null });
      names.set(this.id, props.collide ? { labels: written, group: props.collisionGroup, layer: this } : null);
    }
    const { written } = this.state;
    const kept = this.#kept();
    if (String(kept) === String(this.state.kept)) return;
    Object.assign(this.state, { kept, shown: kept.map((index) => written[index]) });
  }

  finalizeState(context) {
    namesOf(context.layerManager ?? context.deck).set(this.id, null);
    super.finalizeState(context);
  }

  getPickingInfo({ info, sourceLayer }) {
    info.object = sourceLayer?.props.data?.[info.index]?.row ?? null;
    return info;
  }

  /** Every row that has a name and a place, as it is written and measured. One that has not is left out: the others are drawn. */
  #written() {
    const { props } = this;
    const data = rowsOf(props.data);
    const isLevel = props.along === null && typeof props.getAngle !== 'function';
    return data.flatMap((row, index) => {
      const each = (/** @type {any} */ accessor) => of(accessor, row, index, data);
      const spot = props.along === null ? { position: each(props.getPosition), angle: each(props.getAngle) } : along(row, props.along);
      const text = String(each(props.getText) ?? '');
      if (!text || !Number.isFinite(spot?.position?.[0]) || !Number.isFinite(spot?.position?.[1])) return [];
      const said = (isLevel && !isShaped(text) ? lines(text) : [text]).map((line) => (isShaped(text) ? line : spaced(line, props.letterSpacing)));
      const size = each(props.getSize);
      const scaled = size * props.sizeScale;
      const wide = Math.max(...said.map((line) => width(line, props.fontWeight))) * scaled;
      const anchor = each(props.getTextAnchor);
      return [{
        row, ...spot, text: said.join('\n'), lines: said, size: scaled, color: each(props.getColor), priority: each(props.getPriority), anchor,
        offset: each(props.getPixelOffset), shift: { start: wide / 2, end: -wide / 2 }[anchor] ?? 0, wide, high: scaled * LINE * said.length,
      }];
    });
  }

  /** @param {any[]} written each is given the number of its picture */
  #pictures(written) {
    const { haloColor, haloWidth, fontWeight } = this.props;
    written.forEach((each, n) => Object.assign(each, { n }));
    const ratio = this.context.device?.canvasContext?.cssToDeviceRatio?.() ?? window.devicePixelRatio;
    return picture(written, { font: FONT, weight: fontWeight, haloColor, haloWidth }, ratio);
  }

  renderLayers() {
    const { shown = [], pictures } = this.state;
    if (!shown.length || !pictures) return null;
    const { atlas, mapping, scale } = pictures;
    return new FlatIcons(this.getSubLayerProps({ id: 'words', updateTriggers: {} }), {
      data: shown,
      getPosition: (each) => each.position,
      getAngle: (each) => each.angle,
      getPixelOffset: (each) => each.offset,
      billboard: this.props.billboard,
      iconAtlas: atlas,
      iconMapping: mapping,
      getIcon: (each) => String(each.n),
      getSize: (each) => mapping[each.n].height * scale,
      getColor: [255, 255, 255, 255],
    });
  }
}
