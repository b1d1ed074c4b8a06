// Which names stay where two would touch. Measured boxes, the greater priority first; all names of one map are placed together.

/**
 * @typedef {object} Label
 * @property {string} text
 * @property {number[]} position deg
 * @property {number} priority greater stays
 * @property {number} wide px @property {number} high px
 * @property {number} shift px along the name, from its place to its middle
 * @property {number[]} offset px to the right and down, however the name is turned
 * @property {number} angle deg counter-clockwise
 * @typedef {{labels: Label[], group: string, layer: any}} Entry
 * @typedef {{x: number, y: number, ux: number, uy: number, a: number, b: number}} Box middle, direction, half sizes, px
 */

const APART = 3;
/** @type {WeakMap<object, Names>} */
const maps = new WeakMap();

/** The names of one map. @param {object} owner */
export function namesOf(owner) {
  const found = maps.get(owner) ?? new Names();
  maps.set(owner, found);
  return found;
}

/** @param {Label} label @param {number[]} at px @returns {Box} */
function box({ wide, high, shift, offset: [right, down], angle }, [x, y]) {
  const turn = (angle * Math.PI) / 180;
  const [ux, uy] = [Math.cos(turn), -Math.sin(turn)];
  return { x: x + right + shift * ux, y: y + down + shift * uy, ux, uy, a: wide / 2 + APART, b: high / 2 + APART };
}

/** Whether nothing but the place that is looked at differs, so that the same names have room. @param {any} one @param {any} other */
const isMoved = (one, other) => one.zoom === other.zoom && one.bearing === other.bearing && !one.pitch && !other.pitch;

/** Whether two boxes are apart along the sides of the first. @param {Box} one @param {Box} other */
function isApart(one, other) {
  const [x, y] = [other.x - one.x, other.y - one.y];
  const along = Math.abs(one.ux * other.ux + one.uy * other.uy);
  const across = Math.abs(one.ux * other.uy - one.uy * other.ux);
  return Math.abs(x * one.ux + y * one.uy) > one.a + other.a * along + other.b * across
    || Math.abs(y * one.ux - x * one.uy) > one.b + other.a * across + other.b * along;
}

class Names {
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  /** @type {{viewport: any, kept: Map<string, number[]>} | null} */
  #placed = null;

  /** @param {string} id @param {Entry | null} entry null takes the layer's names away */
  set(id, entry) {
    if (entry) this.#entries.set(id, entry);
    else this.#entries.delete(id);
    this.#placed = null;
    for (const [name, { layer }] of this.#entries) if (name !== id && layer.lifecycle !== 'Finalized') layer.setNeedsUpdate();
  }

  /** Which of a layer's names stay, by index, in the picture of `viewport`. @param {string} id @param {any} viewport @returns {number[]} */
  kept(id, viewport) {
    const known = this.#placed;
    if (known && (known.viewport.equals(viewport) || isMoved(known.viewport, viewport))) return known.kept.get(id) ?? [];
    this.#placed = { viewport, kept: this.#place(viewport) };
    return this.#placed.kept.get(id) ?? [];
  }

  /** Every name that stays, and the corners of its box, px: for tests and for the curious. @param {any} viewport */
  shown(viewport) {
    return Array.from(this.#entries).flatMap(([layer, { labels }]) => this.kept(layer, viewport).map((index) => {
      const { x, y, ux, uy, a, b } = box(labels[index], viewport.project(labels[index].position));
      const [w, h] = [a - APART, b - APART];
      return { layer, text: labels[index].text, corners: [[w, h], [w, -h], [-w, -h], [-w, h]].map(([p, q]) => [x + p * ux - q * uy, y + p * uy + q * ux]) };
    }));
  }

  /** @param {any} viewport */
  #place(viewport) {
    const all = Array.from(this.#entries).flatMap(([id, { labels, group }]) => labels.map((label, index) => ({ id, group, index, label })));
    const byLayer = (/** @type {string} */ one, /** @type {string} */ other) => Number(one > other) - Number(one < other);
    all.sort((one, other) => other.label.priority - one.label.priority || byLayer(one.id, other.id) || one.index - other.index);
    /** @type {Map<string, Box[]>} */
    const taken = new Map();
    const kept = new Map(Array.from(this.#entries.keys(), (id) => [id, /** @type {number[]} */ ([])]));
    for (const { id, group, index, label } of all) {
      const mine = box(label, viewport.project(label.position));
      const others = taken.get(group) ?? [];
      if (others.some((other) => !isApart(mine, other) && !isApart(other, mine))) continue;
      taken.set(group, [...others, mine]);
      kept.get(id)?.push(index);
    }
    for (const indices of kept.values()) indices.sort((one, other) => one - other);
    return kept;
  }
}
