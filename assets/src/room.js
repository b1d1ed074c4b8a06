// What of the map other things cover, and where a camera stands so that a box of the world lies in what is free.

/** The buttons beside the map are small, and no reason to show a smaller city. */
const COVERS = '#top, .wall .sentence, #banner > *, #headline, #legend > *:not(.map-hands), .face:not(.of-one) #side, #foot';
/** Room around what covers the map, px; on a wall the scrims of its columns reach further than the columns. */
const AROUND_PX = 8;
const AROUND_ON_A_WALL = 0.02;
/** Share of the free room that stays empty on each side of a box that is fitted into it. */
const MARGIN = 0.04;
const LEAST_PX = 80;
const TILE = 512;
const NORTHMOST = 85;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Rect px from the map's top left corner */
/** @typedef {{longitude: number, latitude: number, zoom: number}} Camera */

/** @param {Rect} rect @param {number} wide @param {number} high @returns {Rect | null} the part that lies in the map */
function within({ left, top, right, bottom }, wide, high) {
  const inside = { left: Math.max(left, 0), top: Math.max(top, 0), right: Math.min(right, wide), bottom: Math.min(bottom, high) };
  return inside.right > inside.left && inside.bottom > inside.top ? inside : null;
}

const HANDS = '.map-hands';

/** What covers the map, as it stands now. @param {HTMLElement} map @param {boolean} [withHands] whether the buttons beside it count @returns {Rect[]} */
export function covered(map, withHands = false) {
  const own = map.getBoundingClientRect();
  const around = document.querySelector('.face.wall') ? own.width * AROUND_ON_A_WALL : AROUND_PX;
  return Array.from(document.querySelectorAll(withHands ? `${COVERS}, ${HANDS}` : COVERS), (node) => node.getBoundingClientRect())
    .filter(({ width, height }) => width > 1 && height > 1)
    .flatMap(({ left, top, right, bottom }) => within({
      left: left - own.left - around, top: top - own.top - around, right: right - own.left + around, bottom: bottom - own.top + around,
    }, own.width, own.height) ?? []);
}

/** Every rectangle between the edges of the map and of what covers it that nothing covers. @param {number} wide @param {number} high @param {Rect[]} rects */
function* openings(wide, high, rects) {
  const [lefts, rights] = [[0, ...rects.map((rect) => rect.right)], [wide, ...rects.map((rect) => rect.left)]];
  const [tops, bottoms] = [[0, ...rects.map((rect) => rect.bottom)], [high, ...rects.map((rect) => rect.top)]];
  for (const left of lefts) {
    for (const right of rights) {
      if (right - left < LEAST_PX) continue;
      for (const top of tops) {
        for (const bottom of bottoms) {
          if (bottom - top < LEAST_PX) continue;
          const isFree = rects.every((rect) => rect.right <= left || rect.left >= right || rect.bottom <= top || rect.top >= bottom);
          if (isFree) yield { left, top, right, bottom };
        }
      }
    }
  }
}

/** @param {number} latitude deg @returns {number} 0 at the equator, in degrees of longitude */
const north = (latitude) => (Math.log(Math.tan(Math.PI / 4 + (Math.max(Math.min(latitude, NORTHMOST), -NORTHMOST) * Math.PI) / 360)) * 180) / Math.PI;

/** @param {number} way as `north` answers @returns {number} deg */
const latitudeOf = (way) => (Math.atan(Math.exp((way * Math.PI) / 180)) * 360) / Math.PI - 90;

/**
 * The camera that shows a box whole in the free part of the map where it is largest.
 * @param {number[]} box west, south, east, north, deg; an east below the west lies across 180 deg
 * @param {number} wide px @param {number} high px @param {Rect[]} rects what covers the map
 * @returns {Camera & {padding: {top: number, right: number, bottom: number, left: number}}} padding: px beside the free part
 */
export function fitting([west, south, east, top], wide, high, rects) {
  const across = Math.max(east < west ? east + 360 - west : east - west, 1e-5);
  const up = Math.max(north(top) - north(south), 1e-5);
  const scaleIn = (/** @type {Rect} */ free) => Math.min((free.right - free.left) / across, (free.bottom - free.top) / up);
  const whole = { left: 0, top: 0, right: wide, bottom: high };
  let [best, most] = [whole, 0];
  for (const free of openings(wide, high, rects)) {
    if (scaleIn(free) > most) [best, most] = [free, scaleIn(free)];
  }
  const scale = (most || scaleIn(whole)) * (1 - 2 * MARGIN);
  const middle = west + across / 2;
  return {
    longitude: middle > 180 ? middle - 360 : middle,
    latitude: latitudeOf((north(top) + north(south)) / 2),
    zoom: Math.max(0, Math.log2((scale * 360) / TILE)),
    padding: { top: best.top, right: wide - best.right, bottom: high - best.bottom, left: best.left },
  };
}
