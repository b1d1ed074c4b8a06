// Names as pictures: the browser itself writes each name, in any script, with its halo, into one image that the map draws from.

import { isRightToLeft } from './scripts.js';

const WIDTH = 2048;
const TALLEST = 8192;
/** Pixels of the image per pixel of the screen: twice as many, that a name between two pixels stays sharp; fewer where names are many. */
const SHARPNESS = [2, 1.5, 1, 0.75, 0.5, 0.25];
const LINE = 1.2;
/** Room around the letters for the halo and for what hangs over, in parts of their size. */
const MARGIN = 0.35;

/** @typedef {{lines: string[], size: number, color: number[], anchor: string}} Word `size` of the letters, px of the screen */
/** @typedef {{x: number, y: number, width: number, height: number, anchorX: number, anchorY: number, mask: boolean}} Cell */

/** @param {number} size @param {number} weight @param {string} font */
const written = (size, weight, font) => `${weight} ${size}px ${font}`;

/** Where each word stands in the image. @param {Word[]} words @param {(word: Word) => number} width px of the image @param {number} sharpness */
function arranged(words, width, sharpness) {
  let [x, y, tall] = [0, 0, 0];
  const cells = words.map((word) => {
    const size = word.size * sharpness;
    const margin = Math.ceil(size * MARGIN);
    const wide = Math.min(Math.ceil(width(word)) + 2 * margin, WIDTH);
    const high = Math.ceil(size * LINE * word.lines.length) + 2 * margin;
    if (x + wide > WIDTH) [x, y, tall] = [0, y + tall, 0];
    const anchorX = { start: margin, end: wide - margin }[word.anchor] ?? wide / 2;
    const cell = { x, y, width: wide, height: high, anchorX, anchorY: high / 2, mask: false };
    x += wide;
    tall = Math.max(tall, high);
    return cell;
  });
  return { cells, tall: y + tall };
}

/** @param {number[]} color @returns {string} */
const css = ([red, green, blue, alpha = 255]) => `rgba(${red},${green},${blue},${alpha / 255})`;

/** @param {CanvasRenderingContext2D} pen @param {Word} word @param {Cell} cell @param {number} size @param {{haloColor: number[], haloWidth: number}} style */
function write(pen, { lines, color }, cell, size, { haloColor, haloWidth }) {
  const x = cell.x + cell.width / 2;
  const top = cell.y + cell.height / 2 - (size * LINE * (lines.length - 1)) / 2;
  Object.assign(pen, { lineWidth: (size * haloWidth) / 15, strokeStyle: css(haloColor), fillStyle: css(color), direction: isRightToLeft(lines[0]) ? 'rtl' : 'ltr' });
  lines.forEach((line, n) => haloWidth > 0 && pen.strokeText(line, x, top + n * size * LINE, cell.width));
  lines.forEach((line, n) => pen.fillText(line, x, top + n * size * LINE, cell.width));
}

/**
 * @param {Word[]} words
 * @param {{font: string, weight: number, haloColor: number[], haloWidth: number}} style haloWidth is 0 to 12, as NamesLayer has it
 * @param {number} ratio pixels of the device per px of the screen
 * @returns {{atlas: ImageData, mapping: Record<string, Cell>, scale: number}} a picture of each word, by its index; `scale` is px of the screen
 *   per pixel of the image
 */
export function picture(words, style, ratio) {
  const canvas = document.createElement('canvas');
  const measure = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const widths = new Map(words.map((word) => {
    measure.font = written(word.size, style.weight, style.font);
    return [word, Math.max(...word.lines.map((line) => measure.measureText(line).width))];
  }));
  const tries = SHARPNESS.map((each) => each * ratio).map((sharpness) => ({ sharpness, ...arranged(words, (word) => (widths.get(word) ?? 0) * sharpness, sharpness) }));
  const { cells, tall, sharpness } = tries.find((each) => each.tall <= TALLEST) ?? tries[tries.length - 1];
  canvas.width = WIDTH;
  canvas.height = Math.max(Math.min(tall, TALLEST), 1);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  words.forEach((word, at) => {
    Object.assign(pen, { font: written(word.size * sharpness, style.weight, style.font), textAlign: 'center', textBaseline: 'middle', lineJoin: 'round' });
    write(pen, word, cells[at], word.size * sharpness, style);
  });
  const mapping = Object.fromEntries(cells.map((cell, at) => [String(at), cell]));
  return { atlas: pen.getImageData(0, 0, canvas.width, canvas.height), mapping, scale: 1 / sharpness };
}
