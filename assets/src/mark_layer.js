// Marks of our own: shape says what a thing is, colour only repeats it. Marks named in `pulse` get a ring.

import { CompositeLayer } from '@deck.gl/core';
import { rowOf } from './arrow.js';
import { FlatCircles, FlatIcons } from './flat.js';
import { mapping, picture } from './marks.js';

const PULSES = 3;
const PULSE_MS = 1300;
const RING = { steady: 1, from: 0.55, to: 1.75 };

/** deck.gl's line that colours an icon, and ours: a mark has its row's colour, its edge stays dark or light. */
const COLOURED = 'vec3 color = mix(texColor.rgb, vColor.rgb, vColorMode);';
const OURS = 'vec3 color = mix(mix(vec3(0.043, 0.071, 0.125), vec3(1.0), texColor.b), vColor.rgb, texColor.r);';

class TintedIcons extends FlatIcons {
  static layerName = 'TintedIcons';

  getShaders() {
    const shaders = super.getShaders();
    if (!shaders.fs.includes(COLOURED)) throw new Error('the shader of IconLayer has changed: mend COLOURED in mark_layer.js');
    return { ...shaders, fs: shaders.fs.replace(COLOURED, OURS) };
  }
}

const markOf = (/** @type {any} */ row, /** @type {any} */ { index, data }) => row?.mark ?? data.columns?.mark?.get(index);

/** @param {any} data @param {any} getIcon a name, or a function of a row @throws {Error} a row names a mark that there is not */
export function checkMarks(data, getIcon) {
  for (let index = 0; index < (data?.length ?? 0); index += 1) {
    const name = typeof getIcon === 'function' ? getIcon(data.columns ? null : data[index], { index, data }) : getIcon;
    if (!Object.hasOwn(mapping, name)) throw new Error(`no mark is called ${name}; there are ${Object.keys(mapping).join(', ')}`);
  }
}

/** Rows that have a ring, and what each is. @param {any} data @param {string[]} names @returns {any[]} */
function ringed(data, names) {
  const found = [];
  for (let index = 0; index < (data?.length ?? 0); index += 1) {
    const row = data.columns ? null : data[index];
    if (!names.includes(markOf(row, { index, data }))) continue;
    const whole = row ?? rowOf(data.columns, index);
    found.push({ position: Array.from(whole.position), id: String(whole.id ?? whole.event_id ?? whole.position) });
  }
  return found;
}

/** Props beside IconLayer's: `pulse` (names of marks that get a ring, with spaces between), `pulseSize` px, `pulseColor`, `pulseWidth` px. */
export class MarkLayer extends CompositeLayer {
  static layerName = 'MarkLayer';

  static defaultProps = {
    getPosition: { type: 'accessor', value: (row) => row.position },
    getIcon: { type: 'accessor', value: markOf },
    getColor: { type: 'accessor', value: [232, 238, 246, 255] },
    getSize: { type: 'accessor', value: 16 },
    getAngle: { type: 'accessor', value: 0 },
    sizeScale: 1,
    sizeUnits: 'pixels',
    sizeMinPixels: 0,
    sizeMaxPixels: 1e6,
    billboard: true,
    pulse: { type: 'string', value: '' },
    pulseSize: 44,
    pulseColor: { type: 'color', value: [213, 94, 0, 255] },
    pulseWidth: 2,
  };

  initializeState() {
    this.setState({ seen: null, rings: [], fresh: [], began: 0 });
  }

  updateState({ props, changeFlags }) {
    if (!changeFlags.dataChanged && !changeFlags.propsChanged) return;
    const { pulse, data } = props;
    if (this.state.from === data) return;
    const rings = pulse ? ringed(data, pulse.split(' ')) : [];
    const { seen } = this.state; // what stands on the first picture is not new
    const fresh = seen ? rings.filter((ring) => !seen.has(ring.id)) : [];
    Object.assign(this.state, { rings, from: data, seen: new Set(rings.map((ring) => ring.id)) });
    if (fresh.length === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.setState({ fresh, began: performance.now() });
    this.#beat();
  }

  /** Draw the next frame of the pulse while there is one. */
  #beat() {
    requestAnimationFrame(() => {
      const layer = this.getCurrentLayer();
      if (!layer?.state) return;
      const beats = (performance.now() - layer.state.began) / PULSE_MS;
      if (beats >= PULSES) return layer.setState({ fresh: [], phase: 0 });
      layer.setState({ phase: beats % 1 });
      layer.#beat();
    });
  }

  getPickingInfo({ info }) {
    const { data } = this.props;
    if (info.index >= 0) info.object = data.columns ? rowOf(data.columns, info.index) : data[info.index];
    return info;
  }

  /** @param {string} id @param {any[]} data @param {number} scale @param {number} opacity */
  #ring(id, data, scale, opacity) {
    const { pulseColor, pulseSize, pulseWidth, sizeScale } = this.props;
    return new FlatCircles(this.getSubLayerProps({ id }), {
      data,
      pickable: false,
      filled: false,
      stroked: true,
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      getPosition: (ring) => ring.position,
      getRadius: pulseSize / 2,
      getLineWidth: pulseWidth * sizeScale,
      getLineColor: pulseColor,
      radiusScale: scale * sizeScale,
      opacity,
    });
  }

  renderLayers() {
    const { rings, fresh, phase = 0 } = this.state;
    const { data, getPosition, getIcon, getColor, getSize, getAngle, sizeScale, sizeUnits, sizeMinPixels, sizeMaxPixels, billboard } = this.props;
    const icons = new TintedIcons(this.getSubLayerProps({ id: 'marks', updateTriggers: this.props.updateTriggers }), {
      data, getPosition, getIcon, getColor, getSize, getAngle, sizeScale, sizeUnits, sizeMinPixels, sizeMaxPixels, billboard,
      iconAtlas: picture(),
      iconMapping: mapping,
    });
    const steady = rings.length > 0 && this.#ring('ring', rings, RING.steady, 1);
    const swelling = fresh.length > 0 && this.#ring('pulse', fresh, RING.from + (RING.to - RING.from) * phase, 1 - phase);
    return [swelling, steady, icons];
  }
}
