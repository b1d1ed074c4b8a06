// The marks as one picture for the map, drawn by the browser from the same paths as those of the legend and of lists.

import table from '../icons/marks.json';

/** Pixels of the picture for one mark, more than any wall shows; around its box is room, so that no neighbour shines in. */
const CELL = 128;
/** Side of the box that a mark fills at its size on the map, its edge with it, in units of the paths. */
const BOX = 112;
const ACROSS = 4;
const FULL = 255;

/** @typedef {{path: string, edge: string, wide: number}} Mark `path` is about the centre, `wide` the width of the edge around it */
const MARKS = Object.entries(/** @type {Record<string, Mark>} */ (table));
const middles = MARKS.map((_, at) => ({ x: ((at % ACROSS) + 0.5) * CELL, y: (Math.floor(at / ACROSS) + 0.5) * CELL }));
const lights = MARKS.map(([, { edge }]) => (edge === 'light' ? FULL : 0));

/** Where each mark stands in the picture, as IconLayer has it. */
export const mapping = Object.fromEntries(MARKS.map(([name], at) => {
  const { x, y } = middles[at];
  return [name, { x: x - BOX / 2, y: y - BOX / 2, width: BOX, height: BOX, mask: true }];
}));

/** @type {ImageData | undefined} */
let drawn;

/**
 * The picture of all marks: red is how much of a pixel is the mark's own, blue how light its edge is, alpha how much is either's.
 * The colour of the mark itself is that of its row.
 * @returns {ImageData}
 */
export function picture() {
  return (drawn ??= draw());
}

function draw() {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: ACROSS * CELL, height: Math.ceil(MARKS.length / ACROSS) * CELL });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  pen.lineJoin = 'round';
  MARKS.forEach(([, { path, wide }], at) => {
    const shape = new Path2D(path);
    pen.setTransform(1, 0, 0, 1, middles[at].x, middles[at].y);
    pen.strokeStyle = `rgb(0 0 ${lights[at]})`;
    pen.lineWidth = 2 * wide;
    pen.stroke(shape);
    pen.fillStyle = `rgb(${FULL} 0 ${lights[at]})`;
    pen.fill(shape, 'evenodd');
  });
  const { width, height } = canvas;
  const whole = pen.getImageData(0, 0, width, height);
  // where nothing is drawn stands the edge's colour too: it is mixed in where the picture is made smaller
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const cell = Math.floor(pixel / width / CELL) * ACROSS + Math.floor((pixel % width) / CELL);
    if (whole.data[4 * pixel + 3] < FULL) whole.data.set([0, 0, lights[cell] ?? 0], 4 * pixel);
  }
  return whole;
}
