// The day played: the moment that is looked at moves on, and each picture is asked for when the one before has come. What would have
// come between is dropped, never queued, so that a slow machine shows fewer pictures and not later ones.

/** A picture that has not come by then will not come: the next is asked for. */
const PATIENCE_MS = 15_000;
/** Between two pictures a page has to answer hands. */
const LEAST_MS = 200;
const BEAT_MS = 100;
/** Who plays from the present begins so long before it. */
const BACK_MS = 3_600_000;
/** @type {{speed: number, at: number, since: number, asked: number, came: number, timer: number, show: ((ms: number) => void) | null, end: (() => void) | null}} */
const state = { speed: 0, at: 0, since: 0, asked: 0, came: 0, timer: 0, show: null, end: null };

export const isPlaying = () => state.speed > 0;

const button = () => document.querySelector('[data-play]');
const slider = () => /** @type {HTMLElement | null} */ (document.querySelector('.page:not(.framed) [data-day]'));

/** The button says what it does next. */
export function dress() {
  const node = button();
  if (!(node instanceof HTMLElement)) return;
  node.setAttribute('aria-pressed', String(isPlaying()));
  node.textContent = isPlaying() ? '❚❚' : '▶';
}

/** Where the clock of the play stands, ms since the epoch. */
const moment = () => state.at + (Date.now() - state.since) * state.speed;

function beat() {
  const now = Date.now();
  const waits = state.asked > state.came && now - state.asked < PATIENCE_MS;
  if (waits || now - state.came < LEAST_MS) return;
  const newest = Date.parse(slider()?.dataset.until ?? '');
  if (moment() >= newest) return state.end?.();
  state.asked = now;
  state.show?.(Math.floor(moment() / 1000) * 1000);
}

/** The picture that was asked for stands. */
export function came() {
  state.came = Date.now();
  dress();
}

export function stop() {
  if (!isPlaying()) return;
  clearInterval(state.timer);
  state.speed = 0;
  dress();
}

/**
 * @param {number} speed how many times faster than the world
 * @param {(ms: number) => void} show asks for the picture of a moment
 * @param {() => void} end is called at the newest data
 */
export function start(speed, show, end) {
  const node = slider();
  if (!node) return;
  stop();
  const at = Date.parse(node.dataset.at ?? '');
  Object.assign(state, { speed, show, end, at: node.hasAttribute('data-held') ? at : at - BACK_MS, since: Date.now(), asked: 0, came: 0 });
  state.timer = setInterval(beat, BEAT_MS);
  dress();
}

/** Another speed goes on from where the clock stands. @param {number} speed */
export function hasten(speed) {
  if (isPlaying()) Object.assign(state, { at: moment(), since: Date.now(), speed });
}
