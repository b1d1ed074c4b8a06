// Which names stay, and where each stands, so that none lies on another or under what covers the map. Boxes are those of the
// real text; the greater priority comes first; all names of one map are placed together.

import { lettered, stretches } from './along.js';
import { Boxes, boxOf, corners, isInside, touch, turned } from './boxes.js';

/**
 * @typedef {object} Label
 * @property {string} text
 * @property {number[]} [position] deg, of a place
 * @property {number[][][]} [lines] deg, of what has its name along lines
 * @property {number[]} [wides] px of each letter along a line
 * @property {boolean} [isHan]
 * @property {number} priority greater comes first
 * @property {number} wide px @property {number} high px
 * @property {number} shift px along the name, from its place to its middle
 * @property {number[]} offset px to the right and down, however the name is turned
 * @property {number} angle deg counter-clockwise
 * @property {number} from zoom from which it is written
 * @property {number} until zoom from which it no longer is
 * @property {boolean} moves whether it may stand beside its place, and further off on a line that leads to it
 * @typedef {{labels: Label[], group: string, layer: any, scaleAt: (zoom: number) => number}} Entry
 * @typedef {{position: number[], left: number, right: number, high: number}} Mark deg, and px from its place
 * @typedef {import('./boxes.js').Box} Box
 * @typedef {object} Placed where a name stands
 * @property {number} index of the label @property {string} key the same place has the same
 * @property {number} scale of its letters
 * @property {Box[]} boxes px
 * @property {number[]} offset px from its place
 * @property {number[][] | null} lead px: the line from a name to its place
 * @property {import('./along.js').Glyph[] | null} glyphs letters along a line, px
 */

const APART = 3;
/** Where a crowd's names stand around it: so far out, in heights of a letter; if some find no room, the next further. */
const RINGS = [2.2, 3.4, 4.6, 6, 7.5, 9.5];
/** Close beside a place, in widths and heights of the name. */
const BESIDE = [
  [0, -0.7], [0, 0.7], [-0.35, 0], [0.35, 0], [-0.35, -0.7], [0.35, -0.7], [-0.35, 0.7], [0.35, 0.7], [-0.5, 0], [0.5, 0],
  [0, -1.4], [0, 1.4], [-0.7, -0.7], [0.7, -0.7], [-0.7, 0.7], [0.7, 0.7], [-0.7, 0], [0.7, 0], [-0.4, 1.4], [0.4, 1.4], [-0.4, -1.4], [0.4, -1.4],
];
/** Or on a line in any direction, so many heights of a letter away. */
const AROUND = [1, 1.6, 2.4, 3.2, 4.2, 5.5, 7, 9, 11.5, 14];
const DIRECTIONS = 20;
/** At their places; on lines of any direction, in some rounds of which those come first that found no room; and around a crowd. */
const WAYS = [-1, 0, ...RINGS, 0, 0, 0, 0, 0];
/** With so many names in view that may move, only the first ways are tried: a map that zooms has no time for more. */
const FEW = [[80, WAYS.length], [200, 2], [Infinity, 1]];
/** On the ring of a round, or so many heights of a letter beyond it. */
const BEYOND = [0, 1, 2, 3, 4.5, 6];
/** Off the straight way out, deg. */
const ASIDE = [0, 10, -10, 20, -20, 30, -30, 42, -42, 55, -55, 70, -70];
const LEAD_GAP_PX = 3;
const RADIANS = Math.PI / 180;
/** @type {WeakMap<object, Names>} */
const maps = new WeakMap();

/** The names of one map. @param {object} owner */
export function namesOf(owner) {
  const found = maps.get(owner) ?? new Names();
  maps.set(owner, found);
  return found;
}

/** Whether two views differ by the place that is looked at only. @param {any} one @param {any} other */
const isMoved = (one, other) => one.zoom === other.zoom && one.width === other.width && one.height === other.height && one.bearing === other.bearing && !one.pitch && !other.pitch;

/** @typedef {{x: number, y: number, ring: number, high: number}} Crowd names that stand around it: its middle, how far out, and a letter's height, px */

/**
 * Where a name may stand: on its place or close beside it; one inside a crowd on a line that leads out of it.
 * @param {Label} label @param {number} scale @param {number[]} place px @param {Crowd | null} crowd
 */
function* spots({ wide, high, moves }, scale, place, crowd) {
  const [w, h] = [wide * scale, high * scale];
  const isIn = moves && crowd && Math.hypot(place[0] - crowd.x, place[1] - crowd.y) < crowd.ring * crowd.high;
  if (!isIn) {
    yield { offset: [0, 0], leads: false, key: '0' };
    if (!moves) return;
    for (const [n, [x, y]] of BESIDE.entries()) yield { offset: [x * w, y * h], leads: false, key: `b${n}` };
    if (!crowd) return;
    for (const far of AROUND) {
      for (let n = 0; n < DIRECTIONS; n += 1) {
        const way = (n / DIRECTIONS) * 2 * Math.PI;
        yield { offset: [Math.cos(way) * (far * crowd.high + w / 2), Math.sin(way) * far * crowd.high], leads: true, key: `${far} ${n}` };
      }
    }
    return;
  }
  const outward = Math.atan2(place[1] - crowd.y, place[0] - crowd.x);
  for (const beyond of BEYOND) {
    const far = (crowd.ring + beyond) * crowd.high;
    for (const aside of ASIDE) {
      const [cos, sin] = [Math.cos(outward + aside * RADIANS), Math.sin(outward + aside * RADIANS)];
      yield { offset: [crowd.x + cos * (far + w / 2) - place[0], crowd.y + sin * far - place[1]], leads: true, key: `${crowd.ring} ${beyond} ${aside}` };
    }
  }
}

/** The line from a name's box to its place. @param {Box} box @param {number[]} place px @returns {number[][]} px */
function lead({ x, y, a, b }, [px, py]) {
  const [w, h] = [a - APART + LEAD_GAP_PX, b - APART];
  return [[Math.min(Math.max(px, x - w), x + w), Math.min(Math.max(py, y - h), y + h)], [px, py]];
}

/** The box of a line, to be kept clear of names. @param {number[][]} line px @returns {Box} */
function boxOfLine([[x1, y1], [x2, y2]]) {
  const angle = (Math.atan2(y1 - y2, x2 - x1) * 180) / Math.PI;
  return turned((x1 + x2) / 2, (y1 + y2) / 2, angle, Math.hypot(x2 - x1, y2 - y1) / 2, 1);
}

class Names {
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  /** @type {{viewport: any, of: Map<string, Placed[]>, ring: number, early: Set<string>, failed: number, isOld?: boolean} | null} */
  #placed = null;

  /** @type {Box[]} */
  #covers = [];

  /** Marks have their room before names. @type {Map<string, Mark[]>} */
  #marks = new Map();

  /** @param {string} id @param {Entry | null} entry null takes the layer's names away */
  set(id, entry) {
    if (entry) this.#entries.set(id, entry);
    else this.#entries.delete(id);
    this.#again(id);
  }

  /** Say where a layer's marks stand; null takes them away. @param {string} id @param {Mark[] | null} marks */
  mark(id, marks) {
    if (marks) this.#marks.set(id, marks);
    else if (!this.#marks.delete(id)) return;
    this.#again('');
  }

  /** Say what covers the map, px. @param {import('./room.js').Rect[]} rects */
  cover(rects) {
    const covers = rects.map(boxOf);
    if (JSON.stringify(covers) === JSON.stringify(this.#covers)) return;
    this.#covers = covers;
    this.#again('');
  }

  /** @param {string} id of the layer that knows already */
  #again(id) {
    if (this.#placed) this.#placed.isOld = true;
    for (const [name, { layer }] of this.#entries) if (name !== id && layer.lifecycle !== 'Finalized') layer.setNeedsUpdate();
  }

  /** Where a layer's names stand in the picture of `viewport`. @param {string} id @param {any} viewport @returns {Placed[]} */
  placed(id, viewport) {
    const known = this.#placed;
    if (!known || known.isOld || !known.viewport.equals(viewport)) {
      // What stands well stays where it is while the map moves under it.
      const before = known && isMoved(known.viewport, viewport) ? known : null;
      const kept = before && this.#kept(viewport, before);
      this.#placed = { ...(kept ?? this.#settled(viewport)), viewport, isOld: false };
    }
    return this.#placed?.of.get(id) ?? [];
  }

  /** Every name that stays, and the corners of its boxes, px: for tests and for the curious. @param {any} viewport */
  shown(viewport) {
    return Array.from(this.#entries).flatMap(([layer, { labels }]) => this.placed(layer, viewport).flatMap(({ index, boxes }) => boxes.map((box) => (
      { layer, index, text: labels[index].text, corners: corners(box, APART) }))));
  }

  /**
   * The names as they stood; null where news leave some of them without room, so that all are placed anew.
   * @param {any} viewport @param {{of: Map<string, Placed[]>, ring: number, early: Set<string>, failed: number, isOld?: boolean}} before
   */
  #kept(viewport, before) {
    const { found, failed } = this.#place(viewport, before.of, before);
    return before.isOld && failed.length > before.failed ? null : { ...before, of: found, failed: failed.length };
  }

  /** The round in which most names found room. @param {any} viewport */
  #settled(viewport) {
    let best = null;
    let early = new Set();
    const many = this.#moving(viewport);
    for (const ring of WAYS.slice(0, FEW.find(([most]) => many <= most)?.[1])) {
      const { found, failed } = this.#place(viewport, new Map(), { ring, early });
      if (!best || failed.length < best.failed) best = { of: found, ring, early, failed: failed.length };
      if (!failed.length) break;
      if (ring === 0) early = new Set([...failed, ...early]);
    }
    return /** @type {{of: Map<string, Placed[]>, ring: number, early: Set<string>, failed: number}} */ (best);
  }

  /** How many names in view may move. @param {any} viewport */
  #moving(viewport) {
    let n = 0;
    for (const { labels } of this.#entries.values()) for (const label of labels) if (label.moves && isInView(label, viewport)) n += 1;
    return n;
  }

  /** The boxes of the marks in view. @param {any} viewport @returns {Box[]} */
  #standing(viewport) {
    return Array.from(this.#marks.values()).flatMap((marks) => marks.flatMap(({ position, left, right, high }) => {
      const [x, y] = viewport.project(position);
      const isSeen = x > -right && y > -high && x < viewport.width + left && y < viewport.height + high;
      return isSeen ? [boxOf({ left: x - left, right: x + right, top: y - high / 2, bottom: y + high / 2 })] : [];
    }));
  }

  /** @param {any} viewport @param {Map<string, Placed[]>} before @param {{ring: number, early: Set<string>}} way how far out names of a crowd stand; 0 on lines
   *   of any direction, -1 at their places; and names that come before all others */
  #place(viewport, before, { ring, early }) {
    const wanted = Array.from(this.#entries).flatMap(([id, { labels, group, scaleAt }]) => labels.flatMap((label, index) => (
      viewport.zoom >= label.from && viewport.zoom < label.until ? [{ id, group, index, label, scale: scaleAt(viewport.zoom) }] : [])));
    const byLayer = (/** @type {string} */ one, /** @type {string} */ other) => Number(one > other) - Number(one < other);
    const crowd = ring < 0 ? null : crowded(wanted, viewport, ring);
    const failed = [];
    const isEarly = (/** @type {{id: string, index: number}} */ { id, index }) => Number(early.has(`${id} ${index}`));
    wanted.sort((one, other) => isEarly(other) - isEarly(one) || other.label.priority - one.label.priority || byLayer(one.id, other.id) || one.index - other.index);
    const keys = new Map(Array.from(before, ([id, names]) => [id, new Map(names.map(({ index, key }) => [index, key]))]));
    /** @type {Map<string, Boxes>} */
    const taken = new Map();
    const found = new Map(Array.from(this.#entries.keys(), (id) => [id, /** @type {Placed[]} */ ([])]));
    const standing = new Boxes(this.#standing(viewport));
    const said = new Set();
    for (const { id, group, index, label, scale } of wanted) {
      if (label.lines && said.has(`${group} ${label.text}`)) continue; // a bridge that is a known place, too, is named once
      if (!taken.has(group)) taken.set(group, new Boxes(this.#covers));
      const others = /** @type {Boxes} */ (taken.get(group));
      const isClear = (/** @type {Box} */ box) => isInside(box, viewport.width, viewport.height) && !others.touches(box);
      const isFree = (/** @type {Box[]} */ boxes, isLine = false) => boxes.every((box) => isClear(box) && (isLine || !standing.touches(box)));
      const at = label.lines ? along(label, scale, viewport, isFree, keys.get(id)?.get(index)) : beside(label, scale, viewport, isFree, crowd, keys.get(id)?.get(index));
      if (!at) {
        if (label.moves && isInView(label, viewport)) failed.push(`${id} ${index}`);
        continue;
      }
      for (const box of [...at.boxes, ...(at.lead ? [boxOfLine(at.lead)] : [])]) others.add(box);
      found.get(id)?.push({ index, scale, ...at });
      said.add(`${group} ${label.text}`);
    }
    for (const names of found.values()) names.sort((one, other) => one.index - other.index);
    return { found, failed };
  }
}

/** @param {Label} label @param {any} viewport */
function isInView({ position = [0, 0] }, viewport) {
  const [x, y] = viewport.project(position);
  return x >= 0 && y >= 0 && x <= viewport.width && y <= viewport.height;
}

/**
 * The middle of the names that touch one another on their places, or of all.
 * @param {{label: Label, scale: number}[]} wanted @param {any} viewport @param {number} ring @returns {Crowd | null} null where there is none
 */
function crowded(wanted, viewport, ring) {
  const own = wanted.filter(({ label }) => label.moves && isInView(label, viewport)).map(({ label: { position, wide, high }, scale }) => {
    const [x, y] = viewport.project(position);
    return turned(x, y, 0, (wide * scale) / 2 + APART, (high * scale) / 2 + APART);
  });
  const all = own.filter((one) => own.some((other) => one !== other && touch(one, other)));
  const touching = all.length ? all : own;
  if (!touching.length) return null;
  const middle = (/** @type {'x' | 'y' | 'b'} */ of) => touching.map((each) => each[of]).sort((one, other) => one - other)[Math.floor(touching.length / 2)];
  return { x: middle('x'), y: middle('y'), ring, high: 2 * (middle('b') - APART) };
}

/** The first place that is free, the one of before above all. @template {{key: string}} T @param {Iterable<T>} tried @param {string | undefined} before @param {(each: T) => any} put */
function first(tried, before, put) {
  const all = before === undefined ? tried : Array.from(tried);
  if (before !== undefined) {
    const same = /** @type {T[]} */ (all).find(({ key }) => key === before);
    const found = same && put(same);
    if (found) return found;
  }
  for (const each of all) {
    const found = put(each);
    if (found) return found;
  }
  return null;
}

/**
 * @param {Label} label @param {number} scale @param {any} viewport @param {(boxes: Box[], isLine?: boolean) => boolean} isFree
 * @param {Crowd | null} crowd @param {string} [before]
 */
function beside(label, scale, viewport, isFree, crowd, before) {
  const { position = [0, 0], wide, high, shift, offset, angle } = label;
  const place = viewport.project(position);
  const far = Math.max(wide, high) * scale * 12;
  if (place[0] < -far || place[1] < -far || place[0] > viewport.width + far || place[1] > viewport.height + far) return null;
  const turn = (angle * Math.PI) / 180;
  const [x, y] = [place[0] + (offset[0] + shift * Math.cos(turn)) * scale, place[1] + (offset[1] - shift * Math.sin(turn)) * scale];
  return first(spots(label, scale, place, crowd), before, (spot) => {
    const box = turned(x + spot.offset[0], y + spot.offset[1], angle, (wide * scale) / 2 + APART, (high * scale) / 2 + APART);
    const led = spot.leads ? lead(box, place) : null;
    if (!isFree([box]) || (led && !isFree([boxOfLine(led)], true))) return null;
    return { key: spot.key, boxes: [box], offset: [offset[0] * scale + spot.offset[0], offset[1] * scale + spot.offset[1]], lead: led, glyphs: null };
  });
}

/** @param {Label} label @param {number} scale @param {any} viewport @param {(boxes: Box[]) => boolean} isFree @param {string} [before] */
function along(label, scale, viewport, isFree, before) {
  const wides = (label.wides ?? []).map((wide) => wide * scale);
  const seen = { project: (/** @type {number[]} */ place) => viewport.project(place), width: viewport.width, height: viewport.height, center: viewport.project([viewport.longitude, viewport.latitude]) };
  return first(stretches(label.lines ?? [], seen, { wides, isHan: Boolean(label.isHan) }), before, ({ key, glyphs }) => {
    const boxes = lettered(glyphs, wides, label.high * scale, APART);
    return isFree(boxes) ? { key, boxes, offset: [0, 0], lead: null, glyphs } : null;
  });
}
