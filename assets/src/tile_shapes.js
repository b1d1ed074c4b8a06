// Shapes of one tile: cut at its edge, since what reaches beyond would be drawn twice, and lines put together again.

/** @typedef {{x: number, y: number}} Point in the tile's own units */

/** The four edges: which axis, where, and whether what is greater stays. */
const EDGES = /** @type {['x' | 'y', number, boolean][]} */ ([['x', 0, true], ['x', 1, false], ['y', 0, true], ['y', 1, false]]);

/**
 * A ring cut at the edge of its tile (Sutherland and Hodgman). Empty if nothing of it is inside.
 * @param {Point[]} ring closed @param {number} extent side of the tile @returns {Point[]}
 */
export function clipped(ring, extent) {
  if (ring.every(({ x, y }) => x >= 0 && y >= 0 && x <= extent && y <= extent)) return ring;
  let found = ring;
  for (const [axis, side, isGreater] of EDGES) {
    const edge = side * extent;
    const isIn = (/** @type {Point} */ point) => (isGreater ? point[axis] >= edge : point[axis] <= edge);
    const kept = [];
    for (let at = 0; at < found.length; at += 1) {
      const [one, other] = [found[at], found[(at + 1) % found.length]];
      if (isIn(one)) kept.push(one);
      if (isIn(one) !== isIn(other)) {
        const share = (edge - one[axis]) / (other[axis] - one[axis]);
        kept.push({ x: one.x + (other.x - one.x) * share, y: one.y + (other.y - one.y) * share });
      }
    }
    found = kept;
  }
  if (found.length < 3) return [];
  const [first, last] = [found[0], found[found.length - 1]];
  return first.x === last.x && first.y === last.y ? found : [...found, first];
}

const keyOf = (/** @type {Point} */ { x, y }) => `${x} ${y}`;

/**
 * Lines that begin where another ends, as one: a road is cut at its crossings, and its name is longer than what is between.
 * @param {Point[][]} lines @returns {Point[][]}
 */
export function joined(lines) {
  /** @type {Map<string, Point[]>} lines by their ends */
  const ends = new Map();
  const all = new Set();
  const put = (/** @type {Point[]} */ line) => {
    all.add(line);
    for (const end of [line[0], line[line.length - 1]]) if (!ends.has(keyOf(end))) ends.set(keyOf(end), line);
  };
  const take = (/** @type {Point[]} */ line) => {
    all.delete(line);
    for (const end of [line[0], line[line.length - 1]]) if (ends.get(keyOf(end)) === line) ends.delete(keyOf(end));
  };
  for (const line of lines) {
    if (line.length < 2) continue;
    let whole = line;
    for (const isBack of [false, true]) {
      const end = isBack ? whole[0] : whole[whole.length - 1];
      const other = ends.get(keyOf(end));
      if (!other) continue;
      take(other);
      const isForward = keyOf(other[0]) === keyOf(end);
      if (isBack) whole = [...(isForward ? other.toReversed() : other), ...whole.slice(1)];
      else whole = [...whole, ...(isForward ? other : other.toReversed()).slice(1)];
    }
    put(whole);
  }
  return Array.from(all);
}
