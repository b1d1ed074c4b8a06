// What tiles of others call roads and parks, and what they are here. Words are those of the Protomaps basemap and of OpenMapTiles.

/** What is not here is not drawn. */
const CLASSES = new Map(Object.entries({
  ring: 'motorway trunk highway ring',
  avenue: 'primary secondary major_road axis bridge',
  street: 'tertiary street',
  lane: 'minor minor_road residential unclassified living_street pedestrian',
  path: 'service track',
  rail: 'rail light_rail subway transit narrow_gauge tram',
}).flatMap(([name, words]) => words.split(' ').map((word) => /** @type {[string, string]} */ ([word, name]))));

/** Land that is quiet and green; other uses are as land itself. */
const GREENS = new Set(`park public_park national_park garden forest wood grass grassland meadow scrub nature_reserve protected_area cemetery golf_course
  recreation_ground village_green allotments orchard pitch playground zoo`.split(/\s+/));

/** Greatest last. */
export const RANKS = ['path', 'lane', 'street', 'avenue', 'ring'];

/** From these zooms of tiles on, whatever an archive holds. */
export const FROM = /** @type {Record<string, number>} */ ({ street: 11, lane: 12, path: 15 });

/** The class of a line; undefined for one that is not drawn. A ramp is a street. @param {Record<string, any>} properties @returns {string | undefined} */
export function classOf({ kind_detail: detail, class: of, kind, ramp, is_link: link }) {
  const found = [detail, of, kind].map((word) => CLASSES.get(String(word))).find(Boolean);
  return (ramp || link) && (found === 'ring' || found === 'avenue') ? 'street' : found;
}

/** @param {Record<string, any>} properties */
export const isGreen = ({ kind, class: of, subclass }) => [kind, of, subclass].some((word) => GREENS.has(word));
