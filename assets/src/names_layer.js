// Names on the map: our own fonts, a halo, letter-spacing, and no name over another.

import { CompositeLayer } from '@deck.gl/core';
import { CollisionFilterExtension } from '@deck.gl/extensions';
import { IconLayer, TextLayer } from '@deck.gl/layers';
import { along } from './along.js';
import { rowOf } from './arrow.js';
import { haveRoom, widthOf } from './room.js';
import { isShaped, picture } from './words.js';

const THIN_SPACE = '\u2009';
export const FONT = '"Inter Variable", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
/** Which names have room is found out anew at every step of this much zoom. */
const STEP = 0.25;
const ANCHORS = { start: 0.5, middle: 0, end: -0.5 };
const COLLISION = [new CollisionFilterExtension()];

/** @param {any} data binary rows, a list of rows, or GeoJSON @returns {any[]} */
function rowsOf(data) {
  if (data?.features) return data.features;
  if (data?.columns) return Array.from({ length: data.length }, (_, i) => rowOf(data.columns, i));
  return data ?? [];
}

/** @param {any} accessor a value, or a function of a row @param {any} row */
const of = (accessor, row) => (typeof accessor === 'function' ? accessor(row, {}) : accessor);

/**
 * Props beside TextLayer's: `letterSpacing` (thin spaces between letters), `collide` (false draws every name), `getPriority`
 * (greater stays when two touch), `haloColor`, `haloWidth` (0 to 12), `along` (0 to 1: the name stands at this share of the length of a
 * line, and follows it; null for places).
 * A name in a script whose letters join or run from right to left is a picture of the whole name; it has no letter-spacing.
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

  /** Zooming gives names room, or takes it. */
  shouldUpdateState({ changeFlags }) {
    return changeFlags.somethingChanged;
  }

  updateState({ props, changeFlags }) {
    if (changeFlags.dataChanged) this.setState({ rows: rowsOf(props.data) });
  }

  getPickingInfo({ info, sourceLayer }) {
    const { plain, shaped } = this.state;
    const found = (sourceLayer?.id.endsWith('-words') ? shaped : plain)?.[info.index];
    info.object = found?.row ?? null;
    return info;
  }

  /** Sort the rows by how they are written; the same lists while nothing changed, since deck.gl knows lists by identity. */
  #sort() {
    const { props } = this;
    const { rows, sorted } = this.state;
    const step = props.collide ? Math.floor(this.context.viewport.zoom / STEP) * STEP : 0;
    const key = JSON.stringify([props.updateTriggers, props.along, props.letterSpacing, props.sizeScale, step]);
    if (sorted === key && this.state.of === rows) return;
    const placed = this.#placed();
    const kept = props.collide ? this.#roomy(placed, 2 ** step) : placed;
    const plain = kept.filter(({ text }) => !isShaped(text));
    const shaped = kept.filter(({ text }) => isShaped(text));
    Object.assign(this.state, { sorted: key, of: rows, plain, shaped });
  }

  /** Those that have room at a scale of the map. Names of other layers are looked at by the extension. @param {any[]} placed @param {number} scale */
  #roomy(placed, scale) {
    const { props } = this;
    const names = placed.map(({ row, text, position, angle }) => {
      const size = of(props.getSize, row) * props.sizeScale;
      const wide = widthOf(isShaped(text) ? text : this.#spaced(text), FONT, props.fontWeight) * size;
      const [x, y] = this.context.viewport.projectFlat(position);
      const [right, down] = of(props.getPixelOffset, row);
      const shift = ANCHORS[of(props.getTextAnchor, row)] ?? 0;
      return { at: [x * scale + right + shift * wide, down - y * scale], wide, size, angle, priority: of(props.getPriority, row) };
    });
    const room = haveRoom(names);
    return placed.filter((_, at) => room[at]);
  }

  /** @param {string} text */
  #spaced(text) {
    const gap = THIN_SPACE.repeat(this.props.letterSpacing);
    return gap ? Array.from(text).join(gap) : text;
  }

  /** Each row that has a name and a place, with both. One that has not is left out: the others are drawn. */
  #placed() {
    const { props } = this;
    const found = [];
    for (const row of this.state.rows) {
      const spot = props.along === null ? null : along(row, props.along);
      const position = props.along === null ? of(props.getPosition, row) : spot?.position;
      const text = of(props.getText, row);
      if (!text || !Number.isFinite(position?.[0]) || !Number.isFinite(position?.[1])) continue;
      found.push({ row, text: String(text), position, angle: spot?.angle ?? of(props.getAngle, row) });
    }
    return found;
  }

  /** The picture of the names that are written whole, kept while they stay the same. @param {any[]} shaped */
  #picture(shaped) {
    const { fontWeight: weight, haloColor, haloWidth, getColor } = this.props;
    const words = shaped.map(({ row, text }) => ({ text, color: Array.from(of(getColor, row)) }));
    const key = JSON.stringify([words, weight, haloColor, haloWidth]);
    if (this.state.key !== key) {
      this.state.key = key;
      this.state.picture = picture(words, { font: FONT, weight, haloColor, haloWidth });
    }
    return this.state.picture;
  }

  /** What both ways of writing share. */
  #shared() {
    const { props } = this;
    return {
      getPosition: (/** @type {any} */ each) => each.position,
      getAngle: (/** @type {any} */ each) => each.angle,
      getPixelOffset: (/** @type {any} */ each) => of(props.getPixelOffset, each.row),
      sizeScale: props.sizeScale,
      billboard: props.billboard,
      extensions: props.collide ? COLLISION : [],
      getCollisionPriority: (/** @type {any} */ each) => of(props.getPriority, each.row),
      collisionGroup: props.collisionGroup,
      collisionTestProps: { sizeScale: props.sizeScale * 1.3 },
    };
  }

  renderLayers() {
    this.#sort();
    const { plain, shaped } = this.state;
    return [plain.length > 0 && this.#letters(plain), shaped.length > 0 && this.#words(shaped)];
  }

  /** @param {any[]} data */
  #letters(data) {
    const { props } = this;
    const { updateTriggers } = props;
    return new TextLayer(
      this.getSubLayerProps({
        id: 'text',
        updateTriggers: { ...updateTriggers, getText: `${updateTriggers.getText}|${props.letterSpacing}`, getCollisionPriority: updateTriggers.getPriority },
      }),
      {
        ...this.#shared(),
        data,
        getText: ({ text }) => this.#spaced(text),
        getColor: ({ row }) => of(props.getColor, row),
        getSize: ({ row }) => of(props.getSize, row),
        getTextAnchor: ({ row }) => of(props.getTextAnchor, row),
        fontFamily: FONT,
        fontWeight: props.fontWeight,
        characterSet: 'auto',
        fontSettings: { sdf: true, fontSize: 64, buffer: 12, radius: 16, cutoff: 0.2, smoothing: 0.12 },
        outlineWidth: props.haloWidth,
        outlineColor: props.haloColor,
      },
    );
  }

  /** @param {any[]} shaped */
  #words(shaped) {
    const { props } = this;
    const { updateTriggers } = props;
    const { atlas, mapping, scale } = this.#picture(shaped);
    return new IconLayer(
      this.getSubLayerProps({ id: 'words', updateTriggers: { ...updateTriggers, getIcon: updateTriggers.getText, getCollisionPriority: updateTriggers.getPriority } }),
      {
        ...this.#shared(),
        data: shaped,
        iconAtlas: atlas,
        iconMapping: mapping,
        getIcon: (_each, { index }) => String(index),
        getSize: ({ row }) => of(props.getSize, row) * scale,
        getColor: [255, 255, 255, 255],
      },
    );
  }
}
