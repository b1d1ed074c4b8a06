// Names on the map: our own fonts, a halo, letters apart in Han text, two lines where a name is long, and no name over another.

import { CompositeLayer } from '@deck.gl/core';
import { IconLayer, TextLayer } from '@deck.gl/layers';
import { rowOf } from './arrow.js';
import { namesOf } from './placing.js';
import { isShaped, lines, spaced } from './scripts.js';
import { wholeNames } from './whole_names.js';

export const FONT = '"Inter Variable", "Noto Sans SC", "Noto Sans CJK SC", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", sans-serif';
const MEASURED = 64;
const LINE = 1.2;
const pen = document.createElement('canvas').getContext('2d');

/** @param {any} data binary rows, a list of rows, or GeoJSON @returns {any[]} */
function rowsOf(data) {
  if (data?.features) return data.features;
  if (data?.columns) return Array.from({ length: data.length }, (_, i) => rowOf(data.columns, i));
  return data ?? [];
}

/** @param {any} accessor @param {any} row @param {number} index @param {any[]} data */
const of = (accessor, row, index, data) => (typeof accessor === 'function' ? accessor(row, { index, data }) : accessor);

/** Width of a text, in parts of its size. @param {string} text @param {number} weight */
function width(text, weight) {
  if (!pen) return text.length * 0.6;
  pen.font = `${weight} ${MEASURED}px ${FONT}`;
  return pen.measureText(text).width / MEASURED;
}

/**
 * Props beside TextLayer's: `letterSpacing` (thin spaces between letters of Han text), `collide` (false draws every name),
 * `getPriority` (greater stays when two touch), `haloColor`, `haloWidth` (0 to 12).
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
  };

  /** Names are placed anew whenever the map moves. */
  shouldUpdateState({ changeFlags }) {
    return changeFlags.somethingChanged;
  }

  updateState({ props, changeFlags }) {
    const names = namesOf(this.context.layerManager ?? this.context.deck);
    if (changeFlags.dataChanged || changeFlags.propsChanged || changeFlags.updateTriggersChanged || !this.state.written) {
      const written = this.#written();
      this.setState({ written, kept: null, shown: null });
      if (props.collide) names.set(this.id, { labels: written, group: props.collisionGroup, layer: this });
    }
    const { written } = this.state;
    const kept = props.collide ? names.kept(this.id, this.context.viewport) : written.map((_, index) => index);
    if (String(kept) === String(this.state.kept)) return;
    const shown = kept.map((index) => written[index]);
    const [plain, whole] = [shown.filter((each) => !each.isWhole), shown.filter((each) => each.isWhole)];
    this.setState({ kept, plain, whole, atlas: whole.length ? this.#atlas(whole) : null });
  }

  finalizeState(context) {
    namesOf(context.layerManager ?? context.deck).set(this.id, null);
    super.finalizeState(context);
  }

  getPickingInfo({ info, sourceLayer }) {
    info.object = sourceLayer?.props.data?.[info.index]?.row ?? null;
    return info;
  }

  /** Every name as it is written and measured. */
  #written() {
    const { props } = this;
    const data = rowsOf(props.data);
    const isLevel = typeof props.getAngle !== 'function';
    return data.map((row, index) => {
      const each = (/** @type {any} */ accessor) => of(accessor, row, index, data);
      const text = String(each(props.getText) ?? '');
      const isWhole = isShaped(text);
      const said = isWhole ? [text] : (isLevel ? lines(text) : [text]).map((line) => spaced(line, props.letterSpacing));
      const size = each(props.getSize) * props.sizeScale;
      const wide = Math.max(...said.map((line) => width(line, props.fontWeight))) * size;
      const anchor = { start: wide / 2, end: -wide / 2 }[/** @type {string} */ (each(props.getTextAnchor))] ?? 0;
      const [dx, dy] = each(props.getPixelOffset);
      return {
        row, isWhole, text: said.join('\n'), position: each(props.getPosition), size: each(props.getSize), color: each(props.getColor), angle: each(props.getAngle),
        anchor: each(props.getTextAnchor), offset: [dx, dy], priority: each(props.getPriority), wide, high: size * LINE * said.length, dx: dx + anchor, dy,
      };
    }).filter((label) => label.text && label.position);
  }

  /** @param {any[]} whole */
  #atlas(whole) {
    const { haloColor, haloWidth, fontWeight } = this.props;
    return wholeNames(whole, { font: FONT, weight: fontWeight, haloColor, haloWidth });
  }

  renderLayers() {
    const { props } = this;
    const { plain = [], whole = [], atlas } = this.state;
    const shared = { getPosition: (each) => each.position, getAngle: (each) => each.angle, getPixelOffset: (each) => each.offset, sizeScale: props.sizeScale, billboard: props.billboard };
    const text = plain.length > 0 && new TextLayer(this.getSubLayerProps({ id: 'text', updateTriggers: {} }), {
      ...shared,
      data: plain,
      getText: (each) => each.text,
      getColor: (each) => each.color,
      getSize: (each) => each.size,
      getTextAnchor: (each) => each.anchor,
      fontFamily: FONT,
      fontWeight: props.fontWeight,
      lineHeight: LINE,
      characterSet: 'auto',
      fontSettings: { sdf: true, fontSize: 64, buffer: 12, radius: 16, cutoff: 0.2, smoothing: 0.12 },
      outlineWidth: props.haloWidth,
      outlineColor: props.haloColor,
    });
    const pictures = atlas && new IconLayer(this.getSubLayerProps({ id: 'whole', updateTriggers: {} }), {
      ...shared,
      data: whole,
      getIcon: (_, { index }) => String(index),
      getSize: (each) => each.size * atlas.scale,
      iconAtlas: atlas.image,
      iconMapping: atlas.mapping,
    });
    return [text, pictures];
  }
}
