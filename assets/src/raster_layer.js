// A field of grid cells as one picture: each row is a cell, coloured by its `fill_color`, smooth between cell centres.

import { CompositeLayer } from '@deck.gl/core';
import { BitmapLayer } from '@deck.gl/layers';
import { flat, rowOf } from './arrow.js';

const ADD = { blendColorSrcFactor: 'src-alpha', blendColorDstFactor: 'one', blendAlphaSrcFactor: 'one', blendAlphaDstFactor: 'one' };

/** A picture that is not there where it is transparent: neither drawn nor clicked. */
class FieldLayer extends BitmapLayer {
  static layerName = 'FieldLayer';

  getShaders() {
    const shaders = super.getShaders();
    return { ...shaders, inject: { ...shaders.inject, 'fs:DECKGL_FILTER_COLOR': 'if (color.a < 0.004) discard;' } };
  }
}

/**
 * Give the empty cells beside filled ones the mean colour of those, still transparent: the edge then fades instead of darkening.
 * @param {Uint8ClampedArray} pixels @param {number} wide @param {number} high
 */
function bleed(pixels, wide, high) {
  const sums = new Float32Array(wide * high * 4);
  for (let y = 1; y < high - 1; y += 1) {
    for (let x = 1; x < wide - 1; x += 1) {
      const from = (y * wide + x) * 4;
      if (pixels[from + 3] === 0) continue;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          const to = ((y + dy) * wide + x + dx) * 4;
          if (pixels[to + 3] !== 0) continue;
          for (let i = 0; i < 3; i += 1) sums[to + i] += pixels[from + i];
          sums[to + 3] += 1;
        }
      }
    }
  }
  for (let at = 0; at < sums.length; at += 4) {
    if (sums[at + 3] === 0) continue;
    for (let i = 0; i < 3; i += 1) pixels[at + i] = sums[at + i] / sums[at + 3];
  }
}

/**
 * Paint the part of the grid that has rows, with one empty cell around it.
 * @param {import('./arrow.js').Rows} data columns `x`, `y` (cells from the south-west corner) and `fill_color`
 * @param {number[]} raster lon0, lat0, dlon, dlat, n_x, n_y of the base grid, deg
 * @param {number} cells base cells along the side of one row's cell
 */
export function paint(data, raster, cells) {
  const xs = flat(data.columns.x).value;
  const ys = flat(data.columns.y).value;
  const colors = flat(data.columns.fill_color).value;
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < data.length; i += 1) {
    x0 = Math.min(x0, xs[i]);
    x1 = Math.max(x1, xs[i]);
    y0 = Math.min(y0, ys[i]);
    y1 = Math.max(y1, ys[i]);
  }
  [x0, y0, x1, y1] = [x0 - 1, y0 - 1, x1 + 1, y1 + 1];
  const wide = x1 - x0 + 1;
  const high = y1 - y0 + 1;
  const pixels = new Uint8ClampedArray(wide * high * 4);
  const rows = new Map();
  for (let i = 0; i < data.length; i += 1) {
    const at = (y1 - ys[i]) * wide + xs[i] - x0;
    for (let c = 0; c < 4; c += 1) pixels[at * 4 + c] = colors[i * 4 + c];
    rows.set(at, i);
  }
  bleed(pixels, wide, high);
  const [lon0, lat0, dlon, dlat] = raster;
  const bounds = [lon0 + x0 * cells * dlon, lat0 + y0 * cells * dlat, lon0 + (x1 + 1) * cells * dlon, lat0 + (y1 + 1) * cells * dlat];
  return { image: new ImageData(pixels, wide, high), bounds, rows, wide, high };
}

export class RasterLayer extends CompositeLayer {
  static layerName = 'RasterLayer';

  static defaultProps = {
    raster: { type: 'array', value: [0, 0, 1, 1, 1, 1], compare: true },
    cells: 1,
    smooth: true,
    blend: 'over',
  };

  updateState({ props, changeFlags }) {
    if (!changeFlags.dataChanged && !changeFlags.propsChanged) return;
    const { data, raster, cells } = props;
    const { painted, from, shape } = this.state;
    const now = [...raster, cells].join();
    if (painted !== undefined && from === data && shape === now) return;
    this.setState({ painted: data?.length ? paint(data, raster, cells) : null, from: data, shape: now });
  }

  getPickingInfo({ info }) {
    const { painted } = this.state;
    if (!painted || !info.coordinate) return info;
    const [west, south, east, north] = painted.bounds;
    const x = Math.floor(((info.coordinate[0] - west) / (east - west)) * painted.wide);
    const y = Math.floor(((north - info.coordinate[1]) / (north - south)) * painted.high);
    const index = painted.rows.get(y * painted.wide + x);
    info.index = index ?? -1;
    info.object = index === undefined ? null : rowOf(this.props.data.columns, index);
    info.picked = index !== undefined;
    return info;
  }

  renderLayers() {
    const { painted } = this.state;
    if (!painted) return null;
    const { smooth, blend, parameters } = this.props;
    const filter = smooth ? 'linear' : 'nearest';
    return new FieldLayer(
      this.getSubLayerProps({ id: smooth ? 'smooth' : 'sharp' }),
      {
        data: null,
        image: painted.image,
        bounds: painted.bounds,
        _imageCoordinateSystem: 'lnglat',
        textureParameters: { minFilter: filter, magFilter: filter, mipmapFilter: filter },
        parameters: { ...parameters, ...(blend === 'add' ? ADD : {}) },
      },
    );
  }
}
