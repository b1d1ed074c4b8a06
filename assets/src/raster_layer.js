// A field of grid cells as one picture: each row is a cell, coloured by its `fill_color`, smooth between cell centres.

import { CompositeLayer } from '@deck.gl/core';
import { flat, rowOf } from './arrow.js';
import { FlatBitmaps } from './flat.js';

const ADD = {
  blendColorOperation: 'add', blendColorSrcFactor: 'src-alpha', blendColorDstFactor: 'one',
  blendAlphaOperation: 'add', blendAlphaSrcFactor: 'zero', blendAlphaDstFactor: 'one',
};
const BORDER = 3;
/** Cells along the side of a block: what is empty for a whole block is not drawn at all. */
const BLOCK = 12;
const SAMPLE = 'texture(bitmapTexture, uv)';

/** Cubic B-spline from four linear samples: no stairs along slanting edges. The weights are the spline's, summed in pairs. */
const SPLINE = `
vec4 splineSample(sampler2D field, vec2 uv) {
  vec2 size = vec2(textureSize(field, 0));
  vec2 at = uv * size - 0.5;
  vec2 f = fract(at);
  vec2 base = at - f + 0.5;
  vec2 w0 = (1.0 - f) * (1.0 - f) * (1.0 - f) / 6.0;
  vec2 w1 = (4.0 - 6.0 * f * f + 3.0 * f * f * f) / 6.0;
  vec2 w3 = f * f * f / 6.0;
  vec2 near = w0 + w1;
  vec2 far = 1.0 - near;
  vec2 a = (base - 1.0 + w1 / near) / size;
  vec2 b = (base + 1.0 + w3 / far) / size;
  return near.y * (near.x * texture(field, a) + far.x * texture(field, vec2(b.x, a.y)))
    + far.y * (near.x * texture(field, vec2(a.x, b.y)) + far.x * texture(field, b));
}

void main(void) {`;

/** The field itself is smooth, and then cut into steps: so that their edges lie where its values do. Red is how far up the steps, green what is left of the alpha. */
const CUT = `
const vec4 STEPS[COUNT] = vec4[COUNT](COLORS);

vec4 colorOf(int n) { return n < 1 ? vec4(STEPS[0].rgb, 0.0) : STEPS[min(n, COUNT) - 1]; }

vec4 cutSample(sampler2D field, vec2 uv) {
  vec4 found = splineSample(field, uv);
  float at = found.r * 255.0 / 36.0;
  float part = clamp(fract(at) / max(fwidth(at), 1e-4), 0.0, 1.0);
  vec4 color = mix(colorOf(int(at) - 1), colorOf(int(at)), part);
  return vec4(color.rgb, color.a * found.g);
}

void main(void) {`;

/** @param {number[][]} colors bytes, one for each step */
const cutInto = (colors) => {
  const vectors = colors.map((color) => `vec4(${color.map((byte) => (byte / 255).toFixed(4)).join(', ')})`).join(', ');
  return SPLINE.replace('void main(void) {', CUT).replaceAll('COUNT', String(colors.length)).replace('COLORS', vectors);
};

/** The nearest cell, with a gap of so many pixels between cells. */
const APART = `
vec4 apartSample(sampler2D field, vec2 uv) {
  vec2 at = uv * vec2(textureSize(field, 0));
  vec2 perPixel = fwidth(at);
  vec2 inside = clamp((0.5 - abs(fract(at) - 0.5)) / perPixel + 0.5 - float(GAP) * 0.5, 0.0, 1.0);
  vec4 color = texture(field, uv);
  return vec4(color.rgb, color.a * inside.x * inside.y);
}

void main(void) {`;

/** A picture that is not there where it is transparent: neither drawn nor clicked; blocks of it that are empty have no part in it. */
class FieldLayer extends FlatBitmaps {
  static layerName = 'FieldLayer';

  static defaultProps = { blocks: { type: 'array', value: [], compare: false }, smooth: true, gap: 0, steps: { type: 'array', value: [], compare: false } };

  /** One quad for each block, its corners where they lie in the world: no pixel has to work out its latitude. */
  _createMesh() {
    const { blocks, bounds: [west, south, east, north] } = this.props;
    const positions = new Float64Array(blocks.length * 12);
    const texCoords = new Float32Array(blocks.length * 8);
    const indices = new Uint32Array(blocks.length * 6);
    blocks.forEach(([u0, v0, u1, v1], n) => {
      [[u0, v1], [u0, v0], [u1, v0], [u1, v1]].forEach(([u, v], corner) => {
        positions.set([west + u * (east - west), north - v * (north - south), 0], n * 12 + corner * 3);
        texCoords.set([u, v], n * 8 + corner * 2);
      });
      indices.set([0, 2, 1, 0, 3, 2].map((corner) => n * 4 + corner), n * 6);
    });
    return { vertexCount: indices.length, positions, indices, texCoords };
  }

  getShaders() {
    const shaders = super.getShaders();
    const { smooth, gap, steps } = this.props;
    const [extra, sample] = steps.length ? [cutInto(steps), 'cutSample'] : smooth ? [SPLINE, 'splineSample'] : [APART.replace('GAP', gap.toFixed(2)), 'apartSample'];
    const fs = shaders.fs.replace('void main(void) {', extra).replace(SAMPLE, `${sample}(bitmapTexture, uv)`);
    return { ...shaders, fs: steps.length || smooth || gap ? fs : shaders.fs, inject: { ...shaders.inject, 'fs:DECKGL_FILTER_COLOR': 'if (color.a < 0.004) discard;' } };
  }
}

/**
 * Give the empty cells beside coloured ones the mean colour of those, still transparent: the edge then fades instead of darkening.
 * @param {Uint8ClampedArray} pixels @param {Uint8Array} colored 1 where a cell has a colour; grows by one cell @param {number} wide
 */
function bleed(pixels, colored, wide) {
  const sums = new Float32Array(pixels.length);
  for (let at = 0; at < colored.length; at += 1) {
    if (!colored[at]) continue;
    for (const step of [-wide - 1, -wide, -wide + 1, -1, 1, wide - 1, wide, wide + 1]) {
      const to = at + step;
      if (colored[to] !== 0) continue;
      for (let i = 0; i < 3; i += 1) sums[to * 4 + i] += pixels[at * 4 + i];
      sums[to * 4 + 3] += 1;
    }
  }
  for (let at = 0; at < colored.length; at += 1) {
    const n = sums[at * 4 + 3];
    if (n === 0) continue;
    colored[at] = 1;
    for (let i = 0; i < 3; i += 1) pixels[at * 4 + i] = sums[at * 4 + i] / n;
  }
}

/**
 * The blocks of a grid that hold a coloured cell, or touch one, as shares of its width and height.
 * @param {Uint8Array} colored @param {number} wide @param {number} high
 * @returns {number[][]} left, top, right, bottom of each
 */
function blocksOf(colored, wide, high) {
  const across = Math.ceil(wide / BLOCK);
  const full = new Set();
  for (let at = 0; at < colored.length; at += 1) {
    if (colored[at]) full.add(Math.floor(Math.floor(at / wide) / BLOCK) * across + Math.floor((at % wide) / BLOCK));
  }
  return Array.from(full).sort((one, other) => one - other).map((n) => {
    const [x, y] = [(n % across) * BLOCK, Math.floor(n / across) * BLOCK];
    return [x / wide, y / high, Math.min(x + BLOCK, wide) / wide, Math.min(y + BLOCK, high) / high];
  });
}

/**
 * What makes one channel of a picture less where it lies in areas: of a cell half in them half as much.
 * @param {any} areas GeoJSON @param {number} alpha what is left of a colour's alpha there, 0 to 1
 */
const dimmer = (areas, alpha) => (/** @type {Uint8ClampedArray} */ pixels, /** @type {any} */ { wide, high, bounds: [west, south, east, north] }, /** @type {number} */ channel) => {
  const pen = new OffscreenCanvas(wide, high).getContext('2d', { willReadFrequently: true });
  if (!pen) return;
  for (const { geometry } of areas.features) {
    const polygons = geometry?.type === 'Polygon' ? [geometry.coordinates] : geometry?.type === 'MultiPolygon' ? geometry.coordinates : [];
    pen.beginPath();
    for (const ring of polygons.flat()) {
      ring.forEach(([lon, lat], n) => pen[n ? 'lineTo' : 'moveTo'](((lon - west) / (east - west)) * wide, ((north - lat) / (north - south)) * high));
      pen.closePath();
    }
    pen.fill('evenodd');
  }
  const covered = pen.getImageData(0, 0, wide, high).data;
  for (let at = 0; at < pixels.length; at += 4) pixels[at + channel] *= 1 - ((1 - alpha) * covered[at + 3]) / 255;
};

/**
 * Paint the part of the grid that has rows, with some empty cells around it.
 * @param {import('./arrow.js').Rows} data columns `x`, `y` (cells from the south-west corner), and `fill_color` or, of a field that is cut into steps, `level`
 * @param {number[]} raster lon0, lat0, dlon, dlat, n_x, n_y of the base grid, deg
 * @param {number} cells base cells along the side of one row's cell
 * @param {(pixels: Uint8ClampedArray, place: {wide: number, high: number, bounds: number[]}, channel: number) => void} [dim] changes the pixels of a picture that lies there
 */
export function paint(data, raster, cells, dim = (_pixels, _place, _channel) => {}) {
  const xs = flat(data.columns.x).value;
  const ys = flat(data.columns.y).value;
  const { fill_color: colored4, level } = data.columns;
  const colors = colored4 ? flat(colored4).value : null;
  const levels = level ? flat(level).value : null;
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < data.length; i += 1) {
    x0 = Math.min(x0, xs[i]);
    x1 = Math.max(x1, xs[i]);
    y0 = Math.min(y0, ys[i]);
    y1 = Math.max(y1, ys[i]);
  }
  [x0, y0, x1, y1] = [x0 - BORDER, y0 - BORDER, x1 + BORDER, y1 + BORDER];
  const wide = x1 - x0 + 1;
  const high = y1 - y0 + 1;
  const pixels = new Uint8ClampedArray(wide * high * 4);
  const colored = new Uint8Array(wide * high);
  const rows = new Int32Array(wide * high).fill(-1);
  for (let i = 0; i < data.length; i += 1) {
    const at = (y1 - ys[i]) * wide + xs[i] - x0;
    if (colors) for (let c = 0; c < 4; c += 1) pixels[at * 4 + c] = colors[i * 4 + c];
    else pixels[at * 4] = levels[i];
    colored[at] = 1;
    rows[at] = i;
  }
  const [lon0, lat0, dlon, dlat] = raster;
  const bounds = [lon0 + x0 * cells * dlon, lat0 + y0 * cells * dlat, lon0 + (x1 + 1) * cells * dlon, lat0 + (y1 + 1) * cells * dlat];
  if (!colors) {
    for (let at = 0; at < pixels.length; at += 4) pixels.set([255, 0, 255], at + 1);
    dim(pixels, { wide, high, bounds }, 1);
  } else dim(pixels, { wide, high, bounds }, 3);
  for (let round = colors ? 1 : BORDER; round < BORDER; round += 1) bleed(pixels, colored, wide);
  return { image: new ImageData(pixels, wide, high), bounds, rows, wide, high, blocks: blocksOf(colored, wide, high) };
}

export class RasterLayer extends CompositeLayer {
  static layerName = 'RasterLayer';

  static defaultProps = {
    raster: { type: 'array', value: [0, 0, 1, 1, 1, 1], compare: true },
    cells: 1,
    smooth: true,
    gap: 0,
    steps: { type: 'array', value: [], compare: true },
    blend: 'over',
    mask: null,
    maskAlpha: 1,
  };

  updateState({ props, changeFlags }) {
    if (!changeFlags.dataChanged && !changeFlags.propsChanged) return;
    const { data, raster, cells, mask, maskAlpha } = props;
    const { painted, from, shape, under } = this.state;
    const now = [...raster, cells, maskAlpha].join();
    if (painted !== undefined && from === data && shape === now && under === mask) return;
    const dim = mask?.features ? dimmer(mask, maskAlpha) : undefined;
    Object.assign(this.state, { painted: data?.length ? paint(data, raster, cells, dim) : null, from: data, shape: now, under: mask });
  }

  getPickingInfo({ info }) {
    const { painted } = this.state;
    if (!painted || !info.coordinate) return info;
    const [west, south, east, north] = painted.bounds;
    const x = Math.floor(((info.coordinate[0] - west) / (east - west)) * painted.wide);
    const y = Math.floor(((north - info.coordinate[1]) / (north - south)) * painted.high);
    const isInside = x >= 0 && y >= 0 && x < painted.wide && y < painted.high;
    const index = isInside ? painted.rows[y * painted.wide + x] : -1;
    info.index = index;
    info.object = index < 0 ? null : rowOf(this.props.data.columns, index);
    info.picked = index >= 0;
    return info;
  }

  renderLayers() {
    const { painted } = this.state;
    if (!painted) return null;
    const { smooth, gap, steps, blend, parameters } = this.props;
    const filter = smooth || steps.length ? 'linear' : 'nearest';
    return new FieldLayer(
      this.getSubLayerProps({ id: steps.length ? 'cut' : smooth ? 'smooth' : gap ? 'apart' : 'sharp' }),
      {
        data: null,
        smooth,
        gap,
        steps,
        image: painted.image,
        bounds: painted.bounds,
        blocks: painted.blocks,
        textureParameters: { minFilter: filter, magFilter: filter, mipmapFilter: filter },
        parameters: { ...parameters, ...(blend === 'add' ? ADD : {}) },
      },
    );
  }
}
