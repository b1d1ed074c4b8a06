// Which names have room on a map, the more important first: no name is drawn over another.

/** Room that is left between two names, px. */
const GAP_PX = 3;
/** Height of a line of letters, per size. */
const LINE = 1.15;
/** @type {Map<string, number>} */
const known = new Map();
const MOST_KNOWN = 20_000;
/** @type {CanvasRenderingContext2D | null} */
let pen = null;

/** Width of a text per size of its letters. @param {string} text @param {string} font @param {number} weight @returns {number} */
export function widthOf(text, font, weight) {
  const key = `${weight}|${text}`;
  let found = known.get(key);
  if (found === undefined) {
    pen ??= document.createElement('canvas').getContext('2d');
    if (known.size > MOST_KNOWN) known.clear();
    if (pen) pen.font = `${weight} 64px ${font}`;
    found = (pen?.measureText(text).width ?? 0) / 64;
    known.set(key, found);
  }
  return found;
}

/**
 * @typedef {object} Name
 * @property {number[]} at place on the map, px
 * @property {number} wide width, px
 * @property {number} size of its letters, px
 * @property {number} angle deg
 * @property {number} priority
 */

/**
 * @param {Name[]} names
 * @returns {boolean[]} whether each has room; of equal ones the first
 */
export function haveRoom(names) {
  const boxes = names.map(({ at: [x, y], wide, size, angle }) => {
    const [along, up] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
    const [half, tall] = [(wide * along + size * LINE * up + GAP_PX) / 2, (wide * up + size * LINE * along + GAP_PX) / 2];
    return [x - half, y - tall, x + half, y + tall];
  });
  const order = names.map((_, at) => at).sort((one, two) => names[two].priority - names[one].priority || one - two);
  const found = names.map(() => false);
  /** @type {number[][]} */
  const taken = [];
  for (const at of order) {
    const [left, top, right, bottom] = boxes[at];
    found[at] = !taken.some((box) => box[0] < right && box[2] > left && box[1] < bottom && box[3] > top);
    if (found[at]) taken.push(boxes[at]);
  }
  return found;
}
