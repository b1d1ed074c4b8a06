// Marks of our own: shape says what a thing is, colour only repeats it. Marks named in `pulse` get a ring; with `gather` those that
// crowd stand together.

import { CompositeLayer } from '@deck.gl/core';
import { flat, rowOf } from './arrow.js';
import { FlatCircles, FlatIcons } from './flat.js';
import { Gathering } from './gather.js';
import { mapping, picture } from './marks.js';
import { namesOf } from './placing.js';
import { plated } from './plates.js';

const PULSES = 3;
const PULSE_MS = 1300;
const RING = { steady: 1, from: 0.55, to: 1.75 };
/** How much larger a mark is that stands for several, and how far its plate is away, px. */
const CROWD = { size: 1.2, gap: 3 };

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

/** @param {any} data @param {number} row */
const whole = (data, row) => (data.columns ? rowOf(data.columns, row) : data[row]);

/** The marks that stand together, and what each kind looks like. @param {any} data @param {number} radius px */
function gathered(data, radius) {
  const places = data.columns ? flat(data.columns.position).value : null;
  const kind = (/** @type {number} */ row) => markOf(data.columns ? null : data[row], { index: row, data });
  const kinds = new Map();
  for (let row = 0; row < data.length; row += 1) {
    const name = kind(row);
    kinds.set(name, { ...(kinds.get(name) ?? { color: whole(data, row).fill_color ?? [132, 150, 172] }), last: row });
  }
  const place = (/** @type {number} */ row) => (places ? [places[2 * row], places[2 * row + 1]] : Array.from(data[row].position));
  return { index: new Gathering(data.length, place, kind, radius), kinds };
}

/**
 * Props beside IconLayer's: `pulse` (names of marks that get a ring, with spaces between), `pulseSize` px, `pulseColor`, `pulseWidth` px;
 * `gather` (px within which marks stand together as the worst of them, the last row, with their number; 0 for never).
 */
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
    gather: 0,
  };

  initializeState() {
    this.setState({ seen: null, rings: [], fresh: [], began: 0 });
  }

  /** Whole steps of zoom: marks part and come together at these. */
  get #level() {
    return Math.floor(this.context.viewport.zoom);
  }

  shouldUpdateState({ props, changeFlags }) {
    const { propsOrDataChanged, stateChanged, viewportChanged } = changeFlags;
    return propsOrDataChanged || stateChanged || (props.gather > 0 && viewportChanged && this.#level !== this.state.level);
  }

  /** What is drawn: rows, or what stands for several of them, the worst on top. */
  #gather() {
    const { data, gather } = this.props;
    if (!(gather > 0) || !data?.length) {
      namesOf(this.context.layerManager).mark(this.id, null);
      Object.assign(this.state, { entries: null, level: this.#level });
      return;
    }
    if (this.state.of !== data || this.state.radius !== gather) Object.assign(this.state, { of: data, radius: gather, gathered: gathered(data, gather) });
    const { index, kinds } = this.state.gathered;
    const { rows, crowds } = index.at(this.#level);
    const alone = rows.map((/** @type {number} */ row) => ({ row: whole(data, row), at: row, n: 1 }));
    const several = crowds.map(({ n, position, worst, kinds: own, id }, plate) => ({
      plate, row: { ...whole(data, worst), position }, at: worst, n, id, own,
      mix: Object.entries(own).sort(([one], [other]) => kinds.get(other).last - kinds.get(one).last).map(([name, many]) => ({ color: kinds.get(name).color, n: many })),
    }));
    const entries = [...alone, ...several].sort((one, other) => one.at - other.at);
    const ratio = this.context.device?.canvasContext?.cssToDeviceRatio?.() ?? window.devicePixelRatio;
    Object.assign(this.state, { entries, several, level: this.#level, plates: several.length ? plated(several, ratio) : null });
    this.#claim(entries);
  }

  /** Names keep clear of these marks and their plates. @param {any[]} entries */
  #claim(entries) {
    const { sizeScale } = this.props;
    const { plates } = this.state;
    const wide = (/** @type {any} */ each) => (each.n > 1 ? CROWD.gap + (plates.mapping[each.plate].width / plates.mapping[each.plate].height) * plates.high * sizeScale : 0);
    const marks = entries.map((each) => {
      const half = (this.#size(each) * sizeScale) / 2;
      return { position: each.row.position, left: half, right: half + wide(each), high: Math.max(2 * half, each.n > 1 ? plates.high * sizeScale : 0) };
    });
    namesOf(this.context.layerManager).mark(this.id, marks);
  }

  finalizeState(context) {
    namesOf(context.layerManager).mark(this.id, null);
    super.finalizeState(context);
  }

  /** @param {any} accessor @param {any} row */
  #ask = (accessor, row) => (typeof accessor === 'function' ? accessor(row, { index: 0, data: [row] }) : accessor);

  /** Size of what stands for one or several, px. @param {any} entry */
  #size = ({ row, n }) => this.#ask(this.props.getSize, row) * (n > 1 ? CROWD.size : 1);

  updateState({ props, changeFlags }) {
    // A ring that pulses changes the state with each frame, and nothing that stands.
    const isNew = changeFlags.dataChanged || changeFlags.propsChanged || this.#level !== this.state.level;
    if (isNew && (props.gather > 0 || this.state.entries)) this.#gather();
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

  /** A click on marks that stand together goes to where they part. @param {any} object @returns {{longitude: number, latitude: number, zoom: number} | null} */
  parting(object) {
    const id = object?.crowd?.id;
    if (id === undefined || !this.state.gathered) return null;
    const [longitude, latitude] = object.position;
    return { longitude, latitude, zoom: Math.min(this.state.gathered.index.partsAt(id) + 0.4, 18) };
  }

  getPickingInfo({ info }) {
    const { entries } = this.state;
    if (entries) {
      const found = entries[info.index];
      info.object = found ? { ...found.row, ...(found.n > 1 ? { crowd: { n: found.n, id: found.id, kinds: found.own } } : {}) } : null;
      return info;
    }
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

  /** Marks by themselves and marks for several, which have a plate; the rings stand where the marks do. */
  #crowds() {
    const { entries, several, plates, rings, fresh, phase = 0 } = this.state;
    const { getIcon, getColor, getAngle, sizeScale, pulse } = this.props;
    const [ask, size] = [this.#ask, this.#size];
    const named = pulse ? pulse.split(' ') : [];
    const ringing = entries.filter(({ row, own }) => named.some((/** @type {string} */ name) => (own ? name in own : row.mark === name)));
    const icons = new TintedIcons(this.getSubLayerProps({ id: 'marks', updateTriggers: {} }), {
      data: entries, getPosition: (each) => each.row.position, getIcon: (each) => ask(getIcon, each.row), getColor: (each) => each.row.fill_color ?? ask(getColor, each.row),
      getSize: size, getAngle: (each) => ask(getAngle, each.row), sizeScale, sizeUnits: 'pixels', billboard: true, iconAtlas: picture(), iconMapping: mapping,
    });
    const beside = plates && new FlatIcons(this.getSubLayerProps({ id: 'plates', updateTriggers: {} }), {
      data: several, pickable: false, iconAtlas: plates.atlas, iconMapping: plates.mapping,
      getIcon: (_, { index }) => String(index), getPosition: (each) => each.row.position, getSize: plates.high * sizeScale,
      getPixelOffset: (each) => [(size(each) / 2) * sizeScale + CROWD.gap, 0], getColor: [255, 255, 255, 255],
    });
    const steady = ringing.length > 0 && this.#ring('ring', ringing.map(({ row }) => ({ position: row.position })), RING.steady, 1);
    const swelling = fresh.length > 0 && this.#ring('pulse', fresh, RING.from + (RING.to - RING.from) * phase, 1 - phase);
    return [swelling, rings.length > 0 && steady, icons, beside];
  }

  renderLayers() {
    const { rings, fresh, phase = 0 } = this.state;
    if (this.state.entries) return this.#crowds();
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
