// The clockwork of a face: asks for new snapshots, keeps ages and the clock running, turns clicks into actions.
// No state outside this module; nothing here knows a number of the city.

import { beginAccounts } from './account.js';
import * as acts from './acts.js';
import * as address from './address.js';
import * as day from './day.js';
import { age, behind, silent } from './durations.js';
import { clockTime } from './formatting.js';
import * as hands from './hands.js';
import { beginLater } from './later.js';
import * as play from './play.js';
import { beginSearch } from './search.js';
import { copy } from './share.js';
import { fitted, isSamePlace, linkOf, linkTo, shapeOf, shrunk } from './screens.js';
import { add, holding, take, traces } from './taking.js';

const LOST_AFTER_MS = 8000;
/** Clocks may differ by so much before it is said. */
const CLOCKS_DIFFER_S = 60;
const POLL_MS = 2000;
/** A window has its new size when it has not changed for so long. */
const RESIZED_MS = 150;
/** Of a panel that was opened: where the map looked before, and what it was opened by. */
const OPENED = ['district', 'picked'];
const keeper = {
  asking: false, offset: 0, heard: Date.now(), refused: false, spoken: null, charts: 0, address: '', pointer: null, tags: {}, isHeard: false, waiting: null,
  spec: null, lang: '', shown: '', leveled: '', turns: 0, shape: '', resizing: 0, before: {}, openers: {},
};

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
    acts.answers(words()['acts-kept'] ?? '');
    if (answer.ok ? isNews(newest) : isNewReason(newest)) window.dash_clientside.set_props('pointer', { data: newest });
  } catch {
    acts.silent(words()['acts-kept'] ?? ''); // how long it lasts is counted by the beat
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
  if (play.isPlaying()) return window.dash_clientside.no_update; // its own clock asks
  const asked = pathname + search;
  if (asked === keeper.address && (pointer ?? null) === keeper.pointer) return window.dash_clientside.no_update;
  if (address.said('camera', search) !== keeper.leveled) keeper.leveled = '';
  if (asked !== keeper.address) acts.arrived(words()['acts-kept'] ?? '');
  const keep = asked === keeper.address && Boolean(document.querySelector('.as-of')?.dataset.snapshot);
  Object.assign(keeper, { address: asked, pointer: pointer ?? null });
  return { pathname, search, shown: keeper.tags, keep };
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
    if (old) take(old, piece);
    else add(there, piece);
  }
  return isWhole;
}

/** Show what was painted: the parts of the face that changed, then its map. Where two paintings crossed, ask for the whole again. */
function draw(painted) {
  if (!painted) return window.dash_clientside.no_update;
  const was = new URLSearchParams(keeper.shown);
  const isSame = [...OPENED, 'panel'].every((name) => (was.get(name) ?? '') === address.said(name));
  const closed = OPENED.filter((name) => was.get(name) && !address.said(name));
  const giveBack = holding(isSame, closed.flatMap((name) => keeper.openers[name] ?? []));
  const isWhole = Object.entries(painted.places).map(([id, changes]) => place(id, changes)).every(Boolean);
  giveBack();
  keeper.shown = location.search;
  dress(painted);
  play.came();
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
    const before = keeper.spec;
    Object.assign(keeper, { spoken: JSON.parse(spec.spoken), spec, lang });
    scale();
    render(before);
  }
  day.refresh(keeper.spoken?.zone ?? 'UTC');
  beat();
}

/** Whether the map looks already where a link says. @param {any} spec @param {any} before what it draws */
function isThere({ camera, cameraKey }, before) {
  if (!before || camera.box) return false;
  if (keeper.leveled && cameraKey.startsWith(`${keeper.leveled}|`)) return true;
  return isSamePlace([camera.longitude, camera.latitude, camera.zoom].join(), linkOf(before));
}

/** Draw the map as this screen has it. @param {any} before what it draws now */
function render(before) {
  const { spec, lang } = keeper;
  keeper.shape = shapeOf(spec);
  const isLiving = hands.isLiving();
  window.twinMap.render('map', {
    ...spec, ...fitted(spec), cameraKey: `${spec.cameraKey} ${keeper.turns}`, deck: shrunk(spec), lang, zone: keeper.spoken.zone, now: () => (isHeld() ? undefined : serverNow()), words: words(),
    isThere: isThere(spec, before), label: isLiving ? words()['map-label'] : '', picked: isLiving ? spec.picked : '',
  });
}

/** Another window: marks and names have its size. */
function resized() {
  clearTimeout(keeper.resizing);
  keeper.resizing = setTimeout(() => keeper.spec && shapeOf(keeper.spec) !== keeper.shape && render(keeper.spec), RESIZED_MS);
}

/** The whole city again. A link says so by not saying anything, unless a district is chosen. */
function home() {
  if (!keeper.spec?.home) return;
  window.twinMap.fly({ ...keeper.spec.home, ...fitted({ ...keeper.spec, camera: keeper.spec.home }).camera });
  if (address.said('district')) address.look(linkOf(keeper.spec));
  else address.forget();
}

/** The face stands in the page's own HTML; only its map is drawn by us. */
function begin() {
  const first = JSON.parse(document.getElementById('first').textContent);
  keeper.address = location.pathname + location.search;
  keeper.shown = location.search;
  for (const [id, { tags }] of Object.entries(first.places)) keeper.tags[id] = tags;
  dress(first);
}

/** Where the map is to look for an act, and where it looked before, to come back to. @param {Record<string, any>} asked */
function looking(asked) {
  address.rests(keeper.spec);
  for (const name of OPENED) {
    if (!(asked[name] || asked.pick) || address.said(name)) continue;
    keeper.before[name] = address.said('camera');
    keeper.openers[name] = document.activeElement ? traces(document.activeElement) : [];
  }
  const closes = OPENED.find((name) => asked[name] === '');
  if (closes) return keeper.before[closes] === undefined ? asked : { ...asked, camera: keeper.before[closes] };
  const place = asked.picked && !asked.camera && window.twinMap.placeOf(asked.picked);
  return place ? { ...asked, camera: linkTo(keeper.spec, place, hands.NEAR) } : asked;
}

/** Dash would go back to the address that it knows, if that is another one than the browser's; it is the same picture. */
function level() {
  const { href, pathname, search } = location;
  if (keeper.address === pathname + search) return;
  Object.assign(keeper, { address: pathname + search, leveled: address.said('camera') });
  window.dash_clientside.set_props('url', { href, search });
}

/** Hand an act to Dash; one that comes before Dash does waits for it. @param {Record<string, any>} asked */
function action(asked) {
  still();
  const data = hands.isLiving() && keeper.spec ? looking(asked) : asked;
  if (keeper.isHeard) level();
  if (keeper.isHeard) acts.hand(data, words()['acts-kept'] ?? '');
  else keeper.waiting = data;
}

/** Dash listens from now on. */
function heard() {
  if (keeper.isHeard) return;
  keeper.isHeard = true;
  if (keeper.waiting) setTimeout(() => acts.hand(keeper.waiting, words()['acts-kept'] ?? ''));
}

/** Have the picture of another moment painted, and say so in the address; Dash hears of it when the play ends. @param {number} ms */
function show(ms) {
  const search = address.at(new Date(ms).toISOString().replace('.000Z', 'Z'));
  history.replaceState(history.state, '', location.pathname + search + location.hash);
  window.dash_clientside.set_props('asked', { data: { pathname: location.pathname, search, shown: keeper.tags, keep: true } });
}

/** The play ends where it stands; at the newest data it ends live. @param {boolean} [isOver] */
function still(isOver = false) {
  if (!play.isPlaying()) return;
  play.stop();
  level();
  if (isOver) action({ as_of: 'live' });
}

function turn() {
  if (play.isPlaying()) return still();
  if (!keeper.isHeard) return;
  const speed = document.querySelector('[data-speed]');
  play.start(Number(speed instanceof HTMLSelectElement ? speed.value : 60), show, () => still(true));
}

/** Open a chart large; '' closes it. @param {string | undefined} panel */
function choose(panel) {
  if (keeper.isHeard) window.dash_clientside.set_props('chosen', { data: { panel, n: (keeper.charts += 1) } });
}

document.addEventListener('click', (event) => {
  const node = event.target instanceof Element ? event.target.closest('[data-action]') : null;
  if (event.target instanceof Element && event.target.closest('[data-play]')) return turn();
  if (node instanceof HTMLElement) return action(JSON.parse(node.dataset.action));
  const button = event.target instanceof Element ? event.target.closest('[data-map]') : null;
  if (button instanceof HTMLElement && button.dataset.map === 'copy') return copy(words());
  if (button instanceof HTMLElement) return hands.press(button.dataset.map, home);
  const way = event.target instanceof Element ? event.target.closest('.page:not(.framed) a.way') : null;
  if (way instanceof HTMLAnchorElement) address.along(way);
  const chart = event.target instanceof Element ? event.target.closest('.page:not(.framed) [data-opens]') : null;
  if (chart instanceof HTMLElement) return choose(chart.dataset.opens);
  if (event.target instanceof Element && (event.target.id === 'chart' || event.target.closest('#chart .close'))) choose('');
});
document.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLSelectElement && target.dataset.speed) return play.hasten(Number(target.value));
  if (target instanceof HTMLInputElement && target.dataset.date && target.value) return action({ at: `${target.value} ${target.dataset.date}` });
  if (target instanceof HTMLSelectElement && target.dataset.filter) action({ [target.dataset.filter]: target.value });
});
document.addEventListener('keydown', (event) => {
  const chosen = day.key(event, keeper.spoken?.zone ?? 'UTC');
  if (chosen || hands.walk(event) || hands.moveMap(event, home)) event.preventDefault();
  if (typeof chosen === 'object') action(chosen);
  if (chosen) return;
  if (event.key === 'Escape') (document.querySelector('#chart .close') ?? document.querySelector('#side .close'))?.click();
  if ((event.key === 'Enter' || event.key === ' ') && event.target instanceof HTMLElement && event.target.matches(':is(tr, li)[data-action], [data-opens]')) {
    event.preventDefault(); // a space would scroll
    event.target.click();
  }
});
setInterval(beat, 1000);
setInterval(poll, POLL_MS);
window.addEventListener('resize', resized);
// what was looked at there is looked at again, even if the last act had the same camera
window.addEventListener('popstate', () => Object.assign(keeper, { leveled: '', turns: keeper.turns + 1 }));
document.addEventListener('twin:drawn', scale);
document.addEventListener('twin:rest', () => hands.isLiving() && address.rests(keeper.spec));
document.addEventListener('twin:picked', (event) => {
  if (!hands.isLiving()) return;
  event.preventDefault();
  const { detail: pick } = /** @type {CustomEvent} */ (event);
  if (pick) action({ pick });
  else document.querySelector('#side .close')?.click(); // beside the city nothing is chosen
});
document.addEventListener('twin:look', poll); // whoever knows that there is news need not wait for the next beat

window.dash_clientside = Object.assign({}, window.dash_clientside, { face: { ask, draw } });
day.follow(() => keeper.spoken?.zone ?? 'UTC', action);
hands.ringRows();
begin();
beginSearch({ act: action, base });
beginAccounts(words, base);
beginLater();
