// Names in scripts whose letters join, stack or run from right to left: the browser writes each name whole into a picture.

import { isRightToLeft } from './scripts.js';

const WIDTH = 2048;
const TALLEST = 8192;
const SIZES = [56, 40, 28, 20, 14];

/** @typedef {{text: string, color: number[]}} Word */

/** @param {Word[]} words @param {string} font @param {number} weight @param {number} size @param {CanvasRenderingContext2D} pen */
function arranged(words, font, weight, size, pen) {
  const margin = Math.ceil(size * 0.35);
  const height = Math.ceil(size * 1.5) + 2 * margin;
  pen.font = `${weight} ${size}px ${font}`;
  let [x, y] = [0, 0];
  const cells = words.map(({ text }) => {
    const width = Math.min(Math.ceil(pen.measureText(text).width) + 2 * margin, WIDTH);
    if (x + width > WIDTH) [x, y] = [0, y + height];
    const cell = { x, y, width, height, anchorX: width / 2, anchorY: height / 2, mask: false };
    x += width;
    return cell;
  });
  return { cells, height, size, tall: y + height };
}

/** @param {number[]} color @returns {string} */
const css = ([red, green, blue, alpha = 255]) => `rgba(${red},${green},${blue},${alpha / 255})`;

/**
 * @param {Word[]} words
 * @param {{font: string, weight: number, haloColor: number[], haloWidth: number}} style haloWidth is 0 to 12, as NamesLayer has it
 * @returns {{atlas: ImageData, mapping: Record<string, object>, scale: number}} a picture of each word, by its index; `scale` is
 *   height of a picture per size of its letters
 */
export function picture(words, { font, weight, haloColor, haloWidth }) {
  const canvas = document.createElement('canvas');
  const measure = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const sizes = SIZES.map((size) => arranged(words, font, weight, size, measure));
  const { cells, height, size, tall } = sizes.find((each) => each.tall <= TALLEST) ?? sizes[sizes.length - 1];
  canvas.width = WIDTH;
  canvas.height = Math.min(tall, TALLEST);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  Object.assign(pen, { font: `${weight} ${size}px ${font}`, textAlign: 'center', textBaseline: 'middle', lineJoin: 'round' });
  words.forEach(({ text, color }, at) => {
    const cell = cells[at];
    const [x, y] = [cell.x + cell.width / 2, cell.y + cell.height / 2];
    pen.direction = isRightToLeft(text) ? 'rtl' : 'ltr';
    if (haloWidth > 0) {
      Object.assign(pen, { lineWidth: (size * haloWidth) / 15, strokeStyle: css(haloColor) });
      pen.strokeText(text, x, y, cell.width);
    }
    pen.fillStyle = css(color);
    pen.fillText(text, x, y, cell.width);
  });
  const mapping = Object.fromEntries(cells.map((cell, at) => [String(at), cell]));
  return { atlas: pen.getImageData(0, 0, canvas.width, canvas.height), mapping, scale: height / size };
}
