// Rings around marks that fill as a clock runs: from the top with the sun, to the whole at its target; what is beyond has a colour
// of its own. Marks that stand together have none, so the rows are those of the marks, gathered in the same way.

import { CompositeLayer } from '@deck.gl/core';
import { flat, rowOf } from './arrow.js';
import { FlatCircles } from './flat.js';
import { Gathering } from './gather.js';

const INPUT = 'in vec2 instancePixelOffset;';
const POSITION = 'unitPosition = edgePadding * positions.xy;';
const OUTPUT = 'in float outerRadiusPixels;';
const COLOURED = 'fragColor = vec4(vLineColor.rgb, vLineColor.a * isLine);';
const OURS = `
float turn = fract(atan(unitPosition.x, unitPosition.y) / 6.2831853 + 1.0);
vec4 tint = turn < vShare - 1.0 ? vLineColor : turn < vShare ? vFillColor : vec4(0.043, 0.071, 0.125, 0.7);
fragColor = vec4(tint.rgb, tint.a * isLine);`;

/** @param {string} text @param {string[][]} changes @throws {Error} deck.gl has changed */
function changed(text, changes) {
  return changes.reduce((found, [from, to]) => {
    if (!found.includes(from)) throw new Error(`the shader of ScatterplotLayer has changed: mend ${from} in ring_layer.js`);
    return found.replace(from, to);
  }, text);
}

/** Circles of which a share is drawn: `getShare`, 1 for all of it; beyond 1 the colour of the line, before that of the fill. */
class Arcs extends FlatCircles {
  static layerName = 'Arcs';

  static defaultProps = { getShare: { type: 'accessor', value: 1 } };

  getShaders() {
    const shaders = super.getShaders();
    const vs = changed(shaders.vs, [[INPUT, `${INPUT}\nin float instanceShares;\nout float vShare;`], [POSITION, `${POSITION}\nvShare = instanceShares;`]]);
    const fs = changed(shaders.fs, [[OUTPUT, `${OUTPUT}\nin float vShare;`], [COLOURED, OURS]]);
    return { ...shaders, vs, fs };
  }

  initializeState() {
    super.initializeState();
    this.getAttributeManager()?.addInstanced({ instanceShares: { size: 1, accessor: 'getShare', defaultValue: 1 } });
  }
}

/**
 * Rows have `position`, `priority` and `share` (0 for no ring). Props: `getSize` px across, `width` px of the line, `gather` as of
 * MarkLayer; below the zoom `near` only rows of `farPriority` or worse whose share is `amber` or more.
 */
export class RingLayer extends CompositeLayer {
  static layerName = 'RingLayer';

  static defaultProps = {
    getSize: { type: 'accessor', value: 24 },
    sizeScale: 1,
    width: 3,
    gather: 0,
    amber: 0.8,
    near: 13,
    farPriority: 3,
    fineColor: { type: 'color', value: [111, 141, 179, 255] },
    amberColor: { type: 'color', value: [230, 159, 0, 255] },
    redColor: { type: 'color', value: [213, 94, 0, 255] },
  };

  /** Whole steps of zoom: marks part and come together at these. */
  get #level() {
    return Math.floor(this.context.viewport.zoom);
  }

  shouldUpdateState({ changeFlags }) {
    return changeFlags.propsOrDataChanged || (changeFlags.viewportChanged && this.#level !== this.state.level);
  }

  updateState() {
    const { data, gather, near, farPriority, amber } = this.props;
    const row = (/** @type {number} */ at) => (data.columns ? rowOf(data.columns, at) : data[at]);
    const length = data?.length ?? 0;
    if (this.state.of !== data || this.state.radius !== gather) {
      const places = data?.columns ? flat(data.columns.position).value : null;
      const place = (/** @type {number} */ at) => (places ? [places[2 * at], places[2 * at + 1]] : Array.from(data[at].position));
      this.setState({ of: data, radius: gather, gathered: gather > 0 && length ? new Gathering(length, place, () => '', gather) : null });
    }
    const alone = this.state.gathered?.at(this.#level).rows ?? Array.from({ length }, (_, at) => at);
    const isNear = this.context.viewport.zoom >= near;
    const rings = alone.map(row).filter(({ share, priority }) => share > 0 && (isNear || (share >= amber && priority <= farPriority)));
    this.setState({ rings, level: this.#level });
  }

  renderLayers() {
    const { getSize, sizeScale, width, amber, fineColor, amberColor, redColor } = this.props;
    const size = (/** @type {any} */ row) => (typeof getSize === 'function' ? getSize(row, { index: 0, data: [row] }) : getSize);
    return new Arcs(this.getSubLayerProps({ id: 'arcs', updateTriggers: {} }), {
      data: this.state.rings,
      pickable: false,
      filled: false,
      stroked: true,
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      getPosition: (/** @type {any} */ row) => Array.from(row.position),
      getRadius: (/** @type {any} */ row) => size(row) / 2,
      getLineWidth: width * sizeScale,
      getFillColor: (/** @type {any} */ { share }) => (share < amber ? fineColor : amberColor),
      getLineColor: redColor,
      getShare: (/** @type {any} */ { share }) => share,
      radiusScale: sizeScale,
    });
  }
}
