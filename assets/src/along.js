// Where along a stream, or a street, its name stands: letter by letter, each turned with the line, in the stretch of the view that
// bends least and has room.

import { turned } from './boxes.js';

const STEP_PX = 6;
/** Between two stretches that are tried, in steps. */
const NEXT = 3;
/** Letters may turn so far from one to the next, and over the whole name, deg: beyond, a word comes apart. */
const FROM_ONE_TO_THE_NEXT = 28;
const IN_ALL = 58;
/** Steeper lines carry Han letters upright, one below the other. */
const STEEP = 45;
const BEYOND_PX = 40;
/** What a name far from the middle of the view costs, against deg of bend: half a screen away is like this much. */
const AWAY = 40;

/** @typedef {{x: number, y: number, far: number}} Spot px, and px from the line's start */
/** @typedef {{spots: Spot[]}} Run part of a line that is in view */
/** @typedef {{x: number, y: number, angle: number, letter: number}} Glyph px, deg counter-clockwise, number of the letter */

/** @param {any} geometry @returns {number[][][]} lines of a feature: one, several, or none */
export function linesOf(geometry) {
  if (geometry?.type === 'LineString') return [geometry.coordinates];
  if (geometry?.type === 'MultiLineString') return geometry.coordinates;
  return [];
}

/** The share of a piece, from 0 to 1, that lies in a box; null where none does. */
function inside([x1, y1], [x2, y2], wide, high) {
  let [from, to] = [0, 1];
  for (const [start, step, low, most] of [[x1, x2 - x1, -BEYOND_PX, wide + BEYOND_PX], [y1, y2 - y1, -BEYOND_PX, high + BEYOND_PX]]) {
    if (step === 0) {
      if (start < low || start > most) return null;
      continue;
    }
    const [one, other] = [(low - start) / step, (most - start) / step];
    from = Math.max(from, Math.min(one, other));
    to = Math.min(to, Math.max(one, other));
  }
  return from < to ? [from, to] : null;
}

/**
 * The parts of a line that are in view, as spots a few px apart.
 * @param {number[][]} line deg @param {{project: (lonLat: number[]) => number[], width: number, height: number}} viewport
 * @returns {Run[]}
 */
function runs(line, viewport) {
  /** @type {Run[]} */
  const found = [];
  /** @type {Run | null} */
  let open = null;
  let far = 0;
  let before = viewport.project(line[0]);
  for (const place of line.slice(1)) {
    const here = viewport.project(place);
    const long = Math.hypot(here[0] - before[0], here[1] - before[1]);
    const seen = long > 0 ? inside(before, here, viewport.width, viewport.height) : null;
    if (!seen) open = long > 0 ? null : open;
    else {
      if (!open || seen[0] > 0) found.push((open = { spots: [] }));
      const first = Math.ceil((far + seen[0] * long) / STEP_PX) * STEP_PX;
      for (let at = first; at <= far + seen[1] * long; at += STEP_PX) {
        const share = (at - far) / long;
        open.spots.push({ x: before[0] + (here[0] - before[0]) * share, y: before[1] + (here[1] - before[1]) * share, far: at });
      }
      if (seen[1] < 1) open = null;
    }
    far += long;
    before = here;
  }
  return found.filter(({ spots }) => spots.length > 1);
}

/** A place between the spots of a run. @param {Spot[]} spots @param {number} way px from its start */
function at(spots, way) {
  const n = Math.min(Math.max(way / STEP_PX, 0), spots.length - 1);
  const low = Math.min(Math.floor(n), spots.length - 2);
  const [one, other] = [spots[low], spots[low + 1]];
  return [one.x + (other.x - one.x) * (n - low), one.y + (other.y - one.y) * (n - low)];
}

/** The way from one direction to another, deg, -180 to 180. */
const turn = (/** @type {number} */ from, /** @type {number} */ to) => ((to - from + 540) % 360) - 180;

/**
 * The letters of a name from `start` px of a run on; null where the line bends too much for them.
 * @param {Spot[]} spots @param {number} start px @param {number[]} wides px of each letter @param {boolean} isHan
 * @returns {{glyphs: Glyph[], bend: number} | null}
 */
function set(spots, start, wides, isHan) {
  const whole = wides.reduce((sum, wide) => sum + wide, 0);
  const [[x1, y1], [x2, y2]] = [at(spots, start), at(spots, start + whole)];
  const chord = (Math.atan2(y1 - y2, x2 - x1) * 180) / Math.PI;
  const isSteep = isHan && Math.abs(Math.abs(chord) - 90) < 90 - STEEP;
  // Read from left to right; where letters stand upright on a steep line, from top to bottom.
  const isTurned = isSteep ? y2 < y1 : Math.abs(chord) > 90;
  const glyphs = [];
  let [way, bend, last] = [start, 0, /** @type {number | null} */ (null)];
  const order = isTurned ? wides.map((_, n) => wides.length - 1 - n) : wides.map((_, n) => n);
  for (const letter of order) {
    const wide = wides[letter];
    const reach = Math.max(wide / 2, 2 * STEP_PX);
    const middle = way + wide / 2;
    const [[ax, ay], [bx, by]] = [at(spots, middle - reach), at(spots, middle + reach)];
    const [x, y] = at(spots, middle);
    const angle = (Math.atan2(ay - by, bx - ax) * 180) / Math.PI;
    if (last !== null) {
      if (Math.abs(turn(last, angle)) > FROM_ONE_TO_THE_NEXT) return null;
      bend += Math.abs(turn(last, angle));
    }
    if (bend > IN_ALL) return null;
    last = angle;
    const read = isTurned ? turn(180, angle) : angle;
    glyphs.push({ x, y, angle: isSteep ? read + 90 : read, letter });
    way += wide;
  }
  return { glyphs, bend };
}

/**
 * The places where a name could stand along lines, the best first.
 * @param {number[][][]} lines deg
 * @param {{project: (lonLat: number[]) => number[], width: number, height: number, center: number[]}} viewport center: px
 * @param {{wides: number[], isHan: boolean}} name wides: px of each letter
 * @returns {{glyphs: Glyph[], key: string}[]} key: the same place has the same at one zoom
 */
export function stretches(lines, viewport, { wides, isHan }) {
  const whole = wides.reduce((sum, wide) => sum + wide, 0);
  const found = [];
  const half = Math.hypot(viewport.width, viewport.height) / 2;
  lines.forEach((line, n) => {
    if (line.length < 2) return;
    for (const { spots } of runs(line, viewport)) {
      const most = (spots.length - 1) * STEP_PX - whole;
      for (let start = 0; start <= most; start += NEXT * STEP_PX) {
        const put = set(spots, start, wides, isHan);
        if (!put) continue;
        const [x, y] = at(spots, start + whole / 2);
        const away = Math.hypot(x - viewport.center[0], y - viewport.center[1]) / half;
        found.push({ glyphs: put.glyphs, cost: put.bend + AWAY * away, key: `${n}:${Math.round(spots[0].far + start)}` });
      }
    }
  });
  return found.sort((one, other) => one.cost - other.cost);
}

/** The boxes of letters along a line. @param {Glyph[]} glyphs @param {number[]} wides px @param {number} high px @param {number} apart px */
export const lettered = (glyphs, wides, high, apart) => glyphs.map(({ x, y, angle, letter }) => turned(x, y, angle, wides[letter] / 2 + apart, high / 2 + apart));
