// Where on a line a name stands, and how steep the line is there.

const FLAT = { position: [0, 0], angle: 0 };
/** A name follows the line over this share of its length on either side. */
const REACH = 0.02;

/** The lines of a feature: one, several, or none. @param {any} geometry @returns {number[][][]} */
function linesOf(geometry) {
  if (geometry?.type === 'LineString') return [geometry.coordinates];
  if (geometry?.type === 'MultiLineString') return geometry.coordinates;
  return [];
}

/** Length to each corner, in degrees of latitude. @param {number[][]} line @returns {number[]} */
function lengths(line) {
  const found = [0];
  for (let at = 1; at < line.length; at += 1) {
    const [[x1, y1], [x2, y2]] = [line[at - 1], line[at]];
    found.push(found[at - 1] + Math.hypot((x2 - x1) * Math.cos((y1 * Math.PI) / 180), y2 - y1));
  }
  return found;
}

/** @param {number[][]} line @param {number[]} far @param {number} way @returns {number[]} the place after `way` */
function placeAt(line, far, way) {
  const next = Math.min(Math.max(far.findIndex((each) => each >= way), 1), line.length - 1);
  const share = (way - far[next - 1]) / (far[next] - far[next - 1] || 1);
  return [0, 1].map((axis) => line[next - 1][axis] + (line[next][axis] - line[next - 1][axis]) * share);
}

/**
 * The place at a share of the length of a feature's longest line, and the angle there, deg, counter-clockwise, never upside down.
 * @param {any} feature @param {number} share 0 to 1
 * @returns {{position: number[], angle: number} | null} null for a feature without a line that has a length
 */
export function along(feature, share) {
  let best = null;
  for (const line of linesOf(feature?.geometry)) {
    const far = lengths(line);
    const whole = far[far.length - 1];
    if (whole > 0 && (!best || whole > best.whole)) best = { line, far, whole };
  }
  if (!best) return null;
  const { line, far, whole } = best;
  const position = placeAt(line, far, share * whole);
  const [[x1, y1], [x2, y2]] = [-REACH, REACH].map((step) => placeAt(line, far, Math.min(Math.max(share + step, 0), 1) * whole));
  const run = (x2 - x1) * Math.cos((position[1] * Math.PI) / 180);
  const angle = (Math.atan2(y2 - y1, run) * 180) / Math.PI;
  const upright = angle > 90 ? angle - 180 : angle <= -90 ? angle + 180 : angle;
  return Number.isFinite(upright) ? { position, angle: upright } : { ...FLAT, position };
}
