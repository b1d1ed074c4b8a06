// Names on the map: our own fonts, a halo, letter-spacing, and no name over another.

import { CompositeLayer } from '@deck.gl/core';
import { CollisionFilterExtension } from '@deck.gl/extensions';
import { TextLayer } from '@deck.gl/layers';
import { rowOf } from './arrow.js';

const THIN_SPACE = '\u2009';
export const FONT = '"Inter Variable", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const COLLISION = [new CollisionFilterExtension()];

/** @param {any} data binary rows, a list of rows, or GeoJSON @returns {any[]} */
function rowsOf(data) {
  if (data?.features) return data.features;
  if (data?.columns) return Array.from({ length: data.length }, (_, i) => rowOf(data.columns, i));
  return data ?? [];
}

/**
 * Props beside TextLayer's: `letterSpacing` (thin spaces between letters), `collide` (false draws every name), `getPriority`
 * (greater stays when two touch), `haloColor`, `haloWidth` (0 to 12).
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

  updateState({ props, changeFlags }) {
    if (changeFlags.dataChanged) this.setState({ rows: rowsOf(props.data) });
  }

  getPickingInfo({ info }) {
    info.object = this.state.rows[info.index] ?? null;
    return info;
  }

  renderLayers() {
    const { props } = this;
    const { updateTriggers } = props;
    const gap = THIN_SPACE.repeat(props.letterSpacing);
    const spaced = (row, info) => {
      const text = typeof props.getText === 'function' ? props.getText(row, info) : props.getText;
      return gap ? Array.from(text ?? '').join(gap) : (text ?? '');
    };
    return new TextLayer(
      this.getSubLayerProps({
        id: 'text',
        updateTriggers: { ...updateTriggers, getText: `${updateTriggers.getText}|${props.letterSpacing}`, getCollisionPriority: updateTriggers.getPriority },
      }),
      {
        data: this.state.rows,
        getText: spaced,
        getPosition: props.getPosition,
        getColor: props.getColor,
        getSize: props.getSize,
        getAngle: props.getAngle,
        getPixelOffset: props.getPixelOffset,
        getTextAnchor: props.getTextAnchor,
        sizeScale: props.sizeScale,
        fontFamily: FONT,
        fontWeight: props.fontWeight,
        characterSet: 'auto',
        fontSettings: { sdf: true, fontSize: 64, buffer: 12, radius: 16, cutoff: 0.2, smoothing: 0.12 },
        outlineWidth: props.haloWidth,
        outlineColor: props.haloColor,
        billboard: props.billboard,
        extensions: props.collide ? COLLISION : [],
        getCollisionPriority: props.getPriority,
        collisionGroup: props.collisionGroup,
        collisionTestProps: { sizeScale: props.sizeScale * 1.3 },
      },
    );
  }
}
