// The clockwork of a face: asks for new snapshots, keeps ages and the clock running, turns clicks into wishes.
// No state outside this module; nothing here knows a number of the city.

import { age, behind, silent } from './durations.js';

const LOST_AFTER_MS = 8000;
/** Clocks may differ by so much before it is said. */
const CLOCKS_DIFFER_S = 60;
const keeper = { asking: false, offset: 0, heard: Date.now(), refused: false, spoken: null, wishes: 0 };

/** Server's present moment, ms since the epoch. */
const serverNow = () => Date.now() + keeper.offset;

const words = () => keeper.spoken?.words ?? {};

/** A framed page is a picture: what it says of the time stands still, so that two of one moment are the same. */
const isPicture = () => new URLSearchParams(location.search).has('frame');

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
    root.dataset.age = location.search.includes('as_of=') || seconds <= ttl ? 'fresh' : seconds <= 3 * ttl ? 'late' : 'old';
  }
  for (const node of document.querySelectorAll('.clock')) {
    const text = new Intl.DateTimeFormat('en-GB', { timeZone: keeper.spoken?.zone, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(now);
    if (node.textContent !== text) node.textContent = text;
  }
  const silentMs = Date.now() - keeper.heard;
  if (silentMs > LOST_AFTER_MS) {
    root.dataset.link = 'lost';
    root.style.setProperty('--lost', JSON.stringify(silent(Math.floor(silentMs / 1000), words())));
  } else if (keeper.refused) root.dataset.link = 'refused';
  else delete root.dataset.link;
}

/** The server answers, but cannot show anything: say why, once. @param {{what: string}} refusal */
function refused(refusal) {
  keeper.refused = true;
  const told = document.querySelector('#banner [data-of=reason]')?.dataset.said;
  if (told === refusal.what) return window.dash_clientside.no_update;
  return { ...refusal, shown: document.querySelector('.as-of')?.dataset.snapshot ?? '' };
}

/** Ask for the newest snapshot; answer it only when it is another one than on screen. A tick is skipped while one is under way. */
async function poll() {
  const same = window.dash_clientside.no_update;
  if (keeper.asking) return same;
  keeper.asking = true;
  try {
    const begun = Date.now();
    const answer = await fetch('/api/snapshot', { cache: 'no-store', signal: AbortSignal.timeout(6000) });
    const newest = await answer.json();
    if (!answer.ok && !newest.what) return same;
    if (!answer.ok) {
      keeper.heard = Date.now();
      return refused(newest);
    }
    keeper.refused = false;
    keeper.offset = Date.parse(newest.now) - (begun + Date.now()) / 2;
    keeper.heard = Date.now();
    const shown = document.querySelector('.as-of')?.dataset;
    const isSame = newest.snapshot === shown?.newest && newest.state === shown?.state && !document.querySelector('#banner [data-of=reason]');
    return isSame ? same : newest;
  } catch {
    return same;
  } finally {
    keeper.asking = false;
  }
}

/** Zoom of the pack is for a map 1,000 px wide; what covers the map is left out. */
function fitted(spec) {
  const covered = window.innerWidth > 900 ? spec.padding : { top: 0, right: 0, bottom: 0, left: 0 };
  const wide = Math.max(200, window.innerWidth - covered.left - covered.right);
  const side = spec.wall ? 0.84 * Math.min(wide, (window.innerHeight * 16) / 9) : Math.min(wide, window.innerHeight * 1.6);
  return { camera: { ...spec.camera, zoom: spec.camera.zoom + Math.log2(side / 1000) }, padding: covered };
}

const ON_A_PHONE = 0.75;

/** Sizes on a wall are in the wall's own pixels; a smaller screen shows the same picture smaller. Names are smaller on a phone. */
function shrunk(spec) {
  if (!spec.wall && window.innerWidth > 900) return spec.deck;
  if (!spec.wall) {
    const smaller = (layer) => (layer['@@type'] === 'NamesLayer' ? { ...layer, sizeScale: (layer.sizeScale ?? 1) * ON_A_PHONE } : layer);
    return { ...spec.deck, layers: spec.deck.layers.map(smaller) };
  }
  const share = Math.min(window.innerWidth / spec.wall[0], window.innerHeight / spec.wall[1]);
  const layers = spec.deck.layers.map((layer) => {
    const smaller = { ...layer };
    for (const name of ['sizeScale', 'widthScale', 'lineWidthScale', 'radiusScale']) if (name in layer) smaller[name] = layer[name] * share;
    return smaller;
  });
  return { ...spec.deck, layers };
}

/** Hand the spec to the map. */
function draw(spec) {
  if (!spec) return window.dash_clientside.no_update;
  keeper.spoken = JSON.parse(spec.spoken);
  beat();
  document.documentElement.lang = spec.lang;
  document.title = spec.title;
  window.twinMap.render('map', { ...spec, ...fitted(spec), deck: shrunk(spec), zone: keeper.spoken.zone, words: words() });
  return spec.hash;
}

document.addEventListener('click', (event) => {
  const node = event.target instanceof Element ? event.target.closest('[data-wish]') : null;
  if (node instanceof HTMLElement) {
    keeper.wishes += 1;
    window.dash_clientside.set_props('wish', { data: { ...JSON.parse(node.dataset.wish), n: keeper.wishes } });
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') document.querySelector('#side .close')?.click();
  if ((event.key === 'Enter' || event.key === ' ') && event.target instanceof HTMLElement && event.target.matches('tr[data-wish]')) {
    event.preventDefault(); // a space would scroll
    event.target.click();
  }
});
setInterval(beat, 1000);

window.dash_clientside = Object.assign({}, window.dash_clientside, { face: { poll, draw } });
