// Marks that crowd stand together as one: the worst of them, how many they are, and of which kinds. They part where the map is near.

import Supercluster from 'supercluster';

/** Beyond this zoom marks stand apart, unless they are at one place. */
const APART_FROM = 16;
/** px of the map's tiles, as its zoom counts them. */
const EXTENT = 512;

/**
 * @typedef {object} Gathered marks that stand together
 * @property {number} n how many
 * @property {number[]} position deg
 * @property {number} worst row of the worst, which is the last of them: rows come with the worst on top
 * @property {Record<string, number>} kinds how many of each mark
 * @property {number} id of the crowd, for its parting
 */

export class Gathering {
  /**
   * @param {number} length rows @param {(row: number) => number[]} place deg @param {(row: number) => string} kind name of the mark
   * @param {number} radius px within which marks stand together
   */
  constructor(length, place, kind, radius) {
    this.index = new Supercluster({
      radius, extent: EXTENT, maxZoom: APART_FROM,
      map: ({ row }) => ({ worst: row, kinds: { [kind(row)]: 1 } }),
      reduce: (all, { worst, kinds }) => {
        all.worst = Math.max(all.worst, worst);
        all.kinds = { ...all.kinds };
        for (const [name, n] of Object.entries(kinds)) all.kinds[name] = (all.kinds[name] ?? 0) + n;
      },
    });
    this.index.load(Array.from({ length }, (_, row) => ({ type: 'Feature', properties: { row }, geometry: { type: 'Point', coordinates: place(row) } })));
  }

  /** What stands at a zoom: rows by themselves, and crowds. @param {number} zoom @returns {{rows: number[], crowds: Gathered[]}} */
  at(zoom) {
    const rows = [];
    const crowds = [];
    for (const { properties, geometry } of this.index.getClusters([-180, -90, 180, 90], Math.max(0, Math.floor(zoom)))) {
      if (!properties.cluster) rows.push(properties.row);
      else crowds.push({ n: properties.point_count, position: geometry.coordinates, worst: properties.worst, kinds: properties.kinds, id: properties.cluster_id });
    }
    return { rows: rows.sort((one, other) => one - other), crowds: crowds.sort((one, other) => one.worst - other.worst) };
  }

  /** The zoom at which a crowd parts. @param {number} id */
  partsAt = (id) => this.index.getClusterExpansionZoom(id);
}
