// Turned boxes on the screen, and whether they touch.

/** @typedef {{x: number, y: number, ux: number, uy: number, a: number, b: number}} Box middle, direction, half sizes, px */

/** @param {number} x @param {number} y middle, px @param {number} angle deg, counter-clockwise @param {number} a @param {number} b half sizes, px @returns {Box} */
export function turned(x, y, angle, a, b) {
  const turn = (angle * Math.PI) / 180;
  return { x, y, ux: Math.cos(turn), uy: -Math.sin(turn), a, b };
}

/** Whether two boxes are apart along the sides of the first. @param {Box} one @param {Box} other */
function isApart(one, other) {
  const [x, y] = [other.x - one.x, other.y - one.y];
  const along = Math.abs(one.ux * other.ux + one.uy * other.uy);
  const across = Math.abs(one.ux * other.uy - one.uy * other.ux);
  return Math.abs(x * one.ux + y * one.uy) > one.a + other.a * along + other.b * across
    || Math.abs(y * one.ux - x * one.uy) > one.b + other.a * across + other.b * along;
}

/** @param {Box} one @param {Box} other */
export function touch(one, other) {
  const reach = one.a + one.b + other.a + other.b;
  if (Math.abs(one.x - other.x) > reach || Math.abs(one.y - other.y) > reach) return false;
  return !isApart(one, other) && !isApart(other, one);
}

/** The corners of a box, smaller by `less` px on each side. @param {Box} box @param {number} less @returns {number[][]} px */
export function corners({ x, y, ux, uy, a, b }, less = 0) {
  const [w, h] = [a - less, b - less];
  return [[w, h], [w, -h], [-w, -h], [-w, h]].map(([p, q]) => [x + p * ux - q * uy, y + p * uy + q * ux]);
}

/** Whether all of a box lies on the screen. @param {Box} box @param {number} wide @param {number} high px */
export const isInside = (box, wide, high) => corners(box).every(([x, y]) => x >= 0 && y >= 0 && x <= wide && y <= high);

/** @param {{left: number, top: number, right: number, bottom: number}} rect px @returns {Box} */
export const boxOf = ({ left, top, right, bottom }) => ({ x: (left + right) / 2, y: (top + bottom) / 2, ux: 1, uy: 0, a: (right - left) / 2, b: (bottom - top) / 2 });

const CELL_PX = 64;

/** Boxes that are asked, often, whether another touches one of them. */
export class Boxes {
  /** @type {Map<number, Box[]>} by the squares of the screen that they reach into */
  #cells = new Map();

  /** @param {Box[]} boxes */
  constructor(boxes = []) {
    for (const box of boxes) this.add(box);
  }

  /** @param {Box} box */
  add(box) {
    for (const cell of cellsOf(box)) {
      const there = this.#cells.get(cell);
      if (there) there.push(box);
      else this.#cells.set(cell, [box]);
    }
  }

  /** @param {Box} box */
  touches(box) {
    for (const cell of cellsOf(box)) {
      for (const other of this.#cells.get(cell) ?? []) if (touch(box, other)) return true;
    }
    return false;
  }
}

/** @param {Box} box @returns {number[]} numbers of the squares of the screen that it reaches into */
function cellsOf({ x, y, ux, uy, a, b }) {
  const [w, h] = [Math.abs(ux) * a + Math.abs(uy) * b, Math.abs(uy) * a + Math.abs(ux) * b];
  const found = [];
  for (let row = Math.floor((y - h) / CELL_PX); row <= Math.floor((y + h) / CELL_PX); row += 1) {
    for (let column = Math.floor((x - w) / CELL_PX); column <= Math.floor((x + w) / CELL_PX); column += 1) found.push(row * 4096 + column);
  }
  return found;
}
