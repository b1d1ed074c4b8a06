// Names whose letters join, stack or run from right to left, each drawn by the browser as one picture: it knows how they are written.

const SIZE = 64;
const EDGE = 14;
const HIGH = 116;

/** @param {any} color */
const css = ([r, g, b, a = 255]) => `rgba(${r},${g},${b},${a / 255})`;

/**
 * @param {{text: string, color: number[]}[]} names
 * @param {{font: string, weight: number, haloColor: number[], haloWidth: number}} style
 * @returns {{image: ImageData, mapping: Record<string, any>, scale: number}} an atlas: a name's picture is `scale` times as high as its letters
 */
export function wholeNames(names, { font, weight, haloColor, haloWidth }) {
  const image = document.createElement('canvas');
  const pen = /** @type {CanvasRenderingContext2D} */ (image.getContext('2d'));
  const write = `${weight} ${SIZE}px ${font}`;
  pen.font = write;
  const wide = names.map(({ text }) => Math.ceil(pen.measureText(text).width) + 2 * EDGE);
  image.width = Math.min(4096, Math.max(1, ...wide));
  image.height = HIGH * Math.max(1, names.length);
  Object.assign(pen, { font: write, textBaseline: 'middle', textAlign: 'center', lineJoin: 'round', strokeStyle: css(haloColor), lineWidth: haloWidth * 5 });
  const mapping = /** @type {Record<string, any>} */ ({});
  names.forEach(({ text, color }, n) => {
    const [x, y, width] = [Math.min(wide[n], image.width) / 2, HIGH * (n + 0.5), Math.min(wide[n], image.width)];
    if (haloWidth) pen.strokeText(text, x, y, width - EDGE);
    pen.fillStyle = css(color);
    pen.fillText(text, x, y, width - EDGE);
    mapping[n] = { x: 0, y: HIGH * n, width, height: HIGH, mask: false };
  });
  return { image: pen.getImageData(0, 0, image.width, image.height), mapping, scale: HIGH / SIZE };
}
