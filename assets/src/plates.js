// The plates beside marks that stand together: how many they are, over a bar of their kinds.

const SHARPNESS = 2;
const WIDTH = 1024;
const [PAD, HIGH, BAR, SIZE] = [5, 19, 3, 12];
const FONT = `600 ${SIZE}px "Inter Variable", "Noto Sans SC", sans-serif`;
const [BACK, TEXT] = ['rgba(11, 18, 32, 0.86)', '#e8eef6'];

/** @typedef {{n: number, mix: {color: number[], n: number}[]}} Plate the worst kind first */

const writer = new Intl.NumberFormat('en');

/**
 * A picture of each plate.
 * @param {Plate[]} plates @param {number} ratio pixels of the device per px of the screen
 * @returns {{atlas: ImageData, mapping: Record<string, any>, high: number}} by index; `high` px of the screen
 */
export function plated(plates, ratio) {
  const canvas = document.createElement('canvas');
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  const scale = SHARPNESS * ratio;
  pen.font = FONT;
  let [x, y] = [0, 0];
  const cells = plates.map(({ n }) => {
    const text = writer.format(n);
    const wide = Math.ceil((pen.measureText(text).width + 2 * PAD) * scale);
    if (x + wide > WIDTH * scale) [x, y] = [0, y + HIGH * scale + 2];
    const cell = { text, x, y, width: wide, height: HIGH * scale, anchorX: 0, anchorY: (HIGH * scale) / 2, mask: false };
    x += wide + 2;
    return cell;
  });
  Object.assign(canvas, { width: WIDTH * scale, height: Math.ceil(y + HIGH * scale) });
  cells.forEach((cell, at) => {
    const wide = cell.width / scale;
    pen.setTransform(scale, 0, 0, scale, cell.x, cell.y);
    pen.fillStyle = BACK;
    pen.beginPath();
    pen.roundRect(0, 0, wide, HIGH, 2);
    pen.fill();
    Object.assign(pen, { font: FONT, fillStyle: TEXT, textBaseline: 'middle' });
    pen.fillText(cell.text, PAD, (HIGH - BAR) / 2 + 0.5);
    const { n, mix } = plates[at];
    let left = 0;
    for (const { color: [red, green, blue], n: part } of mix) {
      pen.fillStyle = `rgb(${red} ${green} ${blue})`;
      pen.fillRect(left, HIGH - BAR, (wide * part) / n, BAR);
      left += (wide * part) / n;
    }
  });
  return { atlas: pen.getImageData(0, 0, canvas.width, canvas.height), mapping: Object.fromEntries(cells.map((cell, at) => [String(at), cell])), high: HIGH };
}
