// Keys and pointers of a page: rows that belong to the map, and the map itself.

/** Where a map is to be near enough for one event, zoom. */
export const NEAR = 13.5;
const PAN_PX = 100;
const ROW = ':is(tr, li)[data-action]';
/** @type {Record<string, [number, number, number]>} px to the right and down, steps of zoom */
const MOVES = {
  ArrowLeft: [-PAN_PX, 0, 0], ArrowRight: [PAN_PX, 0, 0], ArrowUp: [0, -PAN_PX, 0], ArrowDown: [0, PAN_PX, 0],
  '+': [0, 0, 0.5], '=': [0, 0, 0.5], '-': [0, 0, -0.5], _: [0, 0, -0.5],
};

/** Pages that people are at: a picture or a wall has no hands. */
export const isLiving = () => Boolean(document.querySelector('.face.page:not(.framed)'));

/** What the row is of that something stands in, as a ring has it. @param {EventTarget | null} target */
function thingOf(target) {
  const row = target instanceof Element ? target.closest(`#side ${ROW}, #headline [data-action]`) : null;
  if (!(row instanceof HTMLElement)) return '';
  const { picked, district } = JSON.parse(row.dataset.action ?? '{}');
  return picked || (district ? `district:${district}` : '');
}

/** Ring what a row is of while a pointer or the focus is on it. */
export function ringRows() {
  let ringed = '';
  const ring = (/** @type {string} */ thing) => {
    if (thing === ringed) return;
    ringed = thing;
    window.twinMap.ring(thing);
  };
  const on = ({ target }) => isLiving() && ring(thingOf(target));
  const off = ({ relatedTarget }) => isLiving() && ring(thingOf(relatedTarget) || thingOf(document.activeElement));
  for (const name of ['pointerover', 'focusin']) document.addEventListener(name, on);
  for (const name of ['pointerout', 'focusout']) document.addEventListener(name, off);
}

/** Go to the row above or below. @param {KeyboardEvent} event @returns {boolean} whether there is one */
export function walk(event) {
  const row = event.target;
  if (!(row instanceof HTMLElement) || !row.matches(ROW) || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return false;
  const rows = Array.from(row.parentElement?.querySelectorAll(`:scope > ${ROW}`) ?? []);
  const next = rows[rows.indexOf(row) + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next instanceof HTMLElement) next.focus();
  return true;
}

/** Move the map by a key. @param {KeyboardEvent} event @param {() => void} home @returns {boolean} whether it was one of the map's */
export function moveMap(event, home) {
  if (!isLiving() || !(event.target instanceof HTMLCanvasElement) || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === '0') home();
  else if (MOVES[event.key]) window.twinMap.nudge(...MOVES[event.key]);
  else return false;
  return true;
}

/** Move the map by one of the buttons beside it. @param {string} what 'in', 'out' or 'home' @param {() => void} home */
export function press(what, home) {
  if (what === 'home') home();
  else window.twinMap.nudge(0, 0, what === 'in' ? 1 : -1);
}
