// A picture on this screen: where its camera stands, how large its sizes are, and what a link says of it.

/** Narrower than this, in letters as large as the browser has them, a page is one column: the same as in the sheets. */
const PHONE = '(max-width: 56.25em)';
const ON_A_PHONE = 0.75;
/** Pages of this size and more grow with the screen, as 1-tokens.css has it. */
const LARGE = [2200, 1200];
/** Zoom of a link is for a map so wide, px. */
const LINKED = 1000;
/** Two links look at the same place if they differ by no more: shares of a link's ground, and steps of zoom. */
const SAME = { place: 0.002, zoom: 0.02 };
const NONE = { top: 0, right: 0, bottom: 0, left: 0 };

const isPhone = () => matchMedia(PHONE).matches;

/** By how much sizes on the map differ from those that they were said in. @param {any} spec */
function scaleOf({ wall }) {
  const [wide, high] = [window.innerWidth, window.innerHeight];
  if (wall) return Math.min(wide / wall[0], high / wall[1]);
  return wide >= LARGE[0] && high >= LARGE[1] ? Math.min(wide / 1920, high / 1080) : 1;
}

/** What the sizes on the map hang on: another shape of the screen asks for other ones. @param {any} spec */
export const shapeOf = (spec) => `${isPhone()} ${scaleOf(spec)}`;

/** The map of a page of one thing: it stands beside what is told, and nothing covers it. @returns {Element | null} */
const ofOne = () => document.querySelector('.of-one #map');

/** What a panel covers of the map, px. @param {any} spec */
function coveredBy(spec) {
  if (spec.wall) return spec.padding;
  if (isPhone() || ofOne()) return NONE;
  const side = document.getElementById('side')?.getBoundingClientRect();
  return spec.frame || !side?.width ? spec.padding : { ...NONE, right: Math.max(0, window.innerWidth - side.left) };
}

/** How many px wide a map is for which a link's zoom holds. @param {any} spec @param {Record<string, number>} covered */
function sideOf(spec, covered) {
  const across = ofOne()?.clientWidth ?? window.innerWidth;
  const wide = Math.max(200, across - covered.left - covered.right);
  return spec.wall ? 0.84 * Math.min(wide, (window.innerHeight * 16) / 9) : Math.min(wide, window.innerHeight * 1.6);
}

/** Zoom of a link is for a map 1,000 px wide; what covers the map is left out. A box is fitted by the map itself. @param {any} spec */
export function fitted(spec) {
  if (spec.camera.box) return {};
  const padding = coveredBy(spec);
  return { camera: { ...spec.camera, zoom: spec.camera.zoom + Math.log2(sideOf(spec, padding) / LINKED) }, padding };
}

/** Where the map looks now, as a link says it: the same ground on any screen. @param {any} spec what is drawn @returns {string} '' before there is a map */
export function linkOf(spec) {
  const padding = coveredBy(spec);
  const at = window.twinMap?.middle(padding);
  return at ? textOf({ ...at, zoom: at.zoom - Math.log2(sideOf(spec, padding) / LINKED) }) : '';
}

/** A place as a link says it, no farther off than it is looked at now. @param {any} spec @param {number[]} place deg @param {number} nearest zoom of the map */
export function linkTo(spec, [longitude, latitude], nearest) {
  const padding = coveredBy(spec);
  const zoom = Math.max(nearest, window.twinMap.middle(padding)?.zoom ?? 0);
  return textOf({ longitude, latitude, zoom: zoom - Math.log2(sideOf(spec, padding) / LINKED) });
}

/** @param {{longitude: number, latitude: number, zoom: number}} camera */
const textOf = ({ longitude, latitude, zoom }) => `${longitude.toFixed(5)},${latitude.toFixed(5)},${Math.max(0, zoom).toFixed(2)}`;

/** Whether two cameras of links show the same, as far as an eye can tell. @param {string} one @param {string} other */
export function isSamePlace(one, other) {
  const [a, b] = [one, other].map((text) => text.split(',').map(Number));
  if (a.length !== 3 || b.length !== 3) return one === other;
  const ground = 360 / 2 ** a[2];
  return Math.abs(a[2] - b[2]) <= SAME.zoom && Math.hypot(a[0] - b[0], a[1] - b[1]) <= SAME.place * ground;
}

/** Sizes are in a wall's own pixels, or in those of a page of 1920 x 1080; another screen shows the same picture in its size. Names are smaller on a phone. @param {any} spec */
export function shrunk(spec) {
  const share = scaleOf(spec);
  const isSmall = !spec.wall && isPhone();
  if (share === 1 && !isSmall) return spec.deck;
  const layers = spec.deck.layers.map((/** @type {any} */ layer) => {
    const other = { ...layer };
    for (const name of ['sizeScale', 'widthScale', 'lineWidthScale', 'radiusScale', 'pointRadiusScale', 'gather']) if (name in layer) other[name] = layer[name] * share;
    if ('zoomOffset' in layer) other.zoomOffset = layer.zoomOffset + Math.log2(share);
    if (isSmall && layer['@@type'] === 'NamesLayer') other.sizeScale = (layer.sizeScale ?? 1) * ON_A_PHONE;
    return other;
  });
  return { ...spec.deck, layers };
}
