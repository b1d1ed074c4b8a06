// The clockwork of a face: asks for new snapshots, keeps ages and the clock running, turns clicks into actions.
// No state outside this module; nothing here knows a number of the city.

import morph from 'morphdom';
import { beginAccounts } from './account.js';
import { age, behind, silent } from './durations.js';
import { clockTime } from './formatting.js';
import { beginLater } from './later.js';
import { beginSearch } from './search.js';

const LOST_AFTER_MS = 8000;
/** Clocks may differ by so much before it is said. */
const CLOCKS_DIFFER_S = 60;
const POLL_MS = 2000;
const keeper = { asking: false, offset: 0, heard: Date.now(), refused: false, spoken: null, actions: 0, address: '', pointer: null, tags: {}, isHeard: false, waiting: null };

/** Server's present moment, ms since the epoch. */
const serverNow = () => Date.now() + keeper.offset;

const words = () => keeper.spoken?.words ?? {};

/** A framed page is a picture: what it says of the time stands still, so that two of one moment are the same. */
const isPicture = () => new URLSearchParams(location.search).has('frame');

/** What stands still outlives its day: moments on it always have their date. */
const isHeld = () => isPicture() || location.search.includes('as_of=');

function beat() {
  const root = document.documentElement;
  const now = serverNow();
  if (isPicture()) {
    root.dataset.age = 'fresh';
    return;
  }
  for (const node of document.querySelectorAll('[data-since]')) {
    const seconds = Math.floor((now - Date.parse(node.dataset.since)) / 1000);
    const behindS = (Date.parse(node.dataset.until ?? node.dataset.since) - now) / 1000;
    const isBehind = behindS > CLOCKS_DIFFER_S;
    const text = isBehind ? behind(Math.floor(behindS), words()) : age(seconds, words());
    if (node.textContent !== text) node.textContent = text;
    node.classList.toggle('clock-behind', isBehind);
    const ttl = keeper.spoken?.ttl ?? 60;
    root.dataset.age = isHeld() || seconds <= ttl ? 'fresh' : seconds <= (keeper.spoken?.old ?? Infinity) ? 'late' : 'old';
  }
  for (const node of keeper.spoken ? document.querySelectorAll('.clock') : []) {
    const text = clockTime(now, keeper.spoken.zone);
    if (node.textContent !== text) node.textContent = text;
  }
  const silentMs = Date.now() - keeper.heard;
  if (silentMs > LOST_AFTER_MS) {
    root.dataset.link = 'lost';
    root.style.setProperty('--lost', JSON.stringify(silent(Math.floor(silentMs / 1000), words())));
  } else if (keeper.refused) root.dataset.link = 'refused';
  else delete root.dataset.link;
}

/** Whether what the server has is another picture than the one on screen. @param {any} newest */
function isNews(newest) {
  const shown = document.querySelector('.as-of')?.dataset;
  return newest.snapshot !== shown?.newest || newest.state !== shown?.state || Boolean(document.querySelector('#banner [data-of=reason]'));
}

/** The server answers, but cannot show anything: whether the face does not say why yet. @param {{what: string}} refusal */
function isNewReason(refusal) {
  return document.querySelector('#banner [data-of=reason]')?.dataset.said !== refusal.what;
}

/** Under which path a proxy shows us, with a slash at its end. */
const base = () => JSON.parse(document.getElementById('_dash-config')?.textContent || '{}').requests_pathname_prefix ?? '/';

/** Ask for the newest snapshot; let it be painted only when it is another one than on screen. A tick is skipped while one is under way. */
async function poll() {
  if (keeper.asking || !keeper.isHeard) return;
  keeper.asking = true;
  try {
    const begun = Date.now();
    const answer = await fetch(`${base()}api/snapshot`, { cache: 'no-store', signal: AbortSignal.timeout(6000) });
    const newest = await answer.json();
    if (!answer.ok && !newest.what) return;
    keeper.heard = Date.now();
    keeper.refused = !answer.ok;
    if (answer.ok) keeper.offset = Date.parse(newest.now) - (begun + Date.now()) / 2;
    if (answer.ok ? isNews(newest) : isNewReason(newest)) window.dash_clientside.set_props('pointer', { data: newest });
  } catch {
    // silence is counted by the beat
  } finally {
    keeper.asking = false;
  }
}

/**
 * What to have painted: nothing while the address is the one on screen and no news came.
 * @param {string} pathname @param {string} search @param {any} pointer
 */
function ask(pathname, search, pointer) {
  heard();
  const address = pathname + search;
  if (address === keeper.address && (pointer ?? null) === keeper.pointer) return window.dash_clientside.no_update;
  const keep = address === keeper.address && Boolean(document.querySelector('.as-of')?.dataset.snapshot);
  Object.assign(keeper, { address, pointer: pointer ?? null });
  return { pathname, search, shown: keeper.tags, keep };
}

/** Zoom of a link is for a map 1,000 px wide; what covers the map is left out. A box is fitted by the map itself. */
function fitted(spec) {
  if (spec.camera.box) return {};
  const covered = window.innerWidth > 900 ? spec.padding : { top: 0, right: 0, bottom: 0, left: 0 };
  const wide = Math.max(200, window.innerWidth - covered.left - covered.right);
  const side = spec.wall ? 0.84 * Math.min(wide, (window.innerHeight * 16) / 9) : Math.min(wide, window.innerHeight * 1.6);
  return { camera: { ...spec.camera, zoom: spec.camera.zoom + Math.log2(side / 1000) }, padding: covered };
}

const ON_A_PHONE = 0.75;
/** Pages of this size and more grow with the screen, as 1-tokens.css has it. */
const LARGE = [2200, 1200];

/** By how much sizes on the map differ from those that they were said in. @param {any} spec */
function scaleOf({ wall }) {
  const [wide, high] = [window.innerWidth, window.innerHeight];
  if (wall) return Math.min(wide / wall[0], high / wall[1]);
  return wide >= LARGE[0] && high >= LARGE[1] ? Math.min(wide / 1920, high / 1080) : 1;
}

/** Sizes are in a wall's own pixels, or in those of a page of 1920 x 1080; another screen shows the same picture in its size. Names are smaller on a phone. */
function shrunk(spec) {
  const share = scaleOf(spec);
  const isPhone = !spec.wall && window.innerWidth <= 900;
  if (share === 1 && !isPhone) return spec.deck;
  const layers = spec.deck.layers.map((layer) => {
    const other = { ...layer };
    for (const name of ['sizeScale', 'widthScale', 'lineWidthScale', 'radiusScale', 'pointRadiusScale', 'gather']) if (name in layer) other[name] = layer[name] * share;
    if ('zoomOffset' in layer) other.zoomOffset = layer.zoomOffset + Math.log2(share);
    if (isPhone && layer['@@type'] === 'NamesLayer') other.sizeScale = (layer.sizeScale ?? 1) * ON_A_PHONE;
    return other;
  });
  return { ...spec.deck, layers };
}

/** What somebody has opened, types in, or is choosing from, stays so while what stands in it changes. @param {Element} from @param {Element} to */
function keeps(from, to) {
  if (from.id === 'search' && to.id === 'search' && from.getAttribute('lang') === to.getAttribute('lang')) return false;
  if (from instanceof HTMLDetailsElement && to instanceof HTMLDetailsElement) to.open = from.open;
  return !(from instanceof HTMLSelectElement && from === document.activeElement && from.matches(':open, :focus-visible'));
}

/** @param {string} html @returns {Element} */
function made(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild ?? document.createElement('i');
}

/**
 * Take over the parts of a place that changed; the others, and what has the focus, are left alone.
 * @returns {boolean} whether the place now stands as it was painted
 */
function place(id, { tags, html }) {
  const there = document.getElementById(id);
  const before = keeper.tags[id] ?? [];
  const isWhole = tags.every((tag, at) => at in html || before[at] === tag);
  keeper.tags[id] = isWhole ? tags : [];
  while (there.children.length > tags.length) there.lastElementChild.remove();
  for (const [at, piece] of Object.entries(html)) {
    const old = there.children[Number(at)];
    if (old) morph(old, made(piece), { onBeforeElUpdated: keeps });
    else there.append(made(piece));
  }
  return isWhole;
}

/** Show what was painted: the parts of the face that changed, then its map. Where two paintings crossed, ask for the whole again. */
function draw(painted) {
  if (!painted) return window.dash_clientside.no_update;
  const isWhole = Object.entries(painted.places).map(([id, changes]) => place(id, changes)).every(Boolean);
  dress(painted);
  if (!isWhole) window.dash_clientside.set_props('pointer', { data: { again: Date.now() } });
  return painted.spec?.hash ?? '';
}

/** Of a scale that hangs on the zoom the legend shows the one by which the map is drawn. */
function scale() {
  const drawn = Object.entries(window.twinMap?.zooms ?? {});
  for (const node of document.querySelectorAll('#legend [data-zooms]')) {
    const layer = node.closest('[data-layer]')?.dataset.layer;
    const found = drawn.find(([id]) => id.startsWith(`${layer}-`));
    if (found) node.hidden = node.dataset.zooms !== found[1].join();
  }
}

/** @param {any} painted */
function dress({ kind, style, lang, title, now, spec }) {
  keeper.offset = Date.parse(now) - Date.now();
  const face = document.getElementById('face');
  if (kind) {
    face.className = kind;
    face.removeAttribute('style');
    for (const [name, value] of Object.entries(style)) face.style.setProperty(name, value);
  }
  face.lang = lang;
  document.documentElement.lang = lang;
  document.title = title;
  if (spec) {
    keeper.spoken = JSON.parse(spec.spoken);
    scale();
    window.twinMap.render('map', { ...spec, ...fitted(spec), deck: shrunk(spec), lang, zone: keeper.spoken.zone, now: () => (isHeld() ? undefined : serverNow()), words: words() });
  }
  beat();
}

/** The face stands in the page's own HTML; only its map is drawn by us. */
function begin() {
  const first = JSON.parse(document.getElementById('first').textContent);
  keeper.address = location.pathname + location.search;
  for (const [id, { tags }] of Object.entries(first.places)) keeper.tags[id] = tags;
  dress(first);
}

/** Hand a action to Dash; one that comes before Dash does waits for it. @param {Record<string, string>} asked */
function action(asked) {
  keeper.actions += 1;
  const data = { ...asked, n: keeper.actions };
  if (keeper.isHeard) window.dash_clientside.set_props('action', { data });
  else keeper.waiting = data;
}

/** Dash listens from now on. */
function heard() {
  if (keeper.isHeard) return;
  keeper.isHeard = true;
  if (keeper.waiting) setTimeout(() => window.dash_clientside.set_props('action', { data: keeper.waiting }));
}

/** Open a chart large; '' closes it. @param {string | undefined} panel */
function choose(panel) {
  if (keeper.isHeard) window.dash_clientside.set_props('chosen', { data: { panel, n: (keeper.actions += 1) } });
}

/** The moment and value of a chart that may be chosen, under the pointer. @param {MouseEvent} event @returns {[string, number | null] | null} */
function momentAt(event) {
  const box = event.target instanceof Element ? event.target.closest('[data-moments]') : null;
  if (!(box instanceof HTMLElement)) return null;
  const moments = JSON.parse(box.dataset.moments);
  const { left, width } = box.getBoundingClientRect();
  const n = Math.round(((event.clientX - left) / width) * (moments.length - 1));
  return moments[Math.min(Math.max(n, 0), moments.length - 1)];
}

document.addEventListener('click', (event) => {
  const node = event.target instanceof Element ? event.target.closest('[data-action]') : null;
  if (node instanceof HTMLElement) return action(JSON.parse(node.dataset.action));
  const found = momentAt(event);
  if (found && found[1] !== null) return action({ as_of: found[0] });
  const chart = event.target instanceof Element ? event.target.closest('.page:not(.framed) [data-opens]') : null;
  if (chart instanceof HTMLElement) return choose(chart.dataset.opens);
  if (event.target instanceof Element && (event.target.id === 'chart' || event.target.closest('#chart .close'))) choose('');
});
document.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLSelectElement && target.dataset.filter) action({ [target.dataset.filter]: target.value });
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') (document.querySelector('#chart .close') ?? document.querySelector('#side .close'))?.click();
  if ((event.key === 'Enter' || event.key === ' ') && event.target instanceof HTMLElement && event.target.matches(':is(tr, li)[data-action], [data-opens]')) {
    event.preventDefault(); // a space would scroll
    event.target.click();
  }
});
setInterval(beat, 1000);
setInterval(poll, POLL_MS);
document.addEventListener('twin:drawn', scale);
document.addEventListener('twin:look', poll); // whoever knows that there is news need not wait for the next beat

window.dash_clientside = Object.assign({}, window.dash_clientside, { face: { ask, draw } });
begin();
beginSearch({ act: action, base });
beginAccounts(words, base);
beginLater();
