// What somebody asks for goes to Dash in its order; while the server does not answer it is kept, and said to be.

/** The beginning of a silence is noticed later than an act: one so young may have been lost in it. */
const YOUNG_MS = 6500;
/** @type {{n: number, isLost: boolean, kept: Record<string, any>[], sent: Record<string, any> | null, at: number}} */
const state = { n: 0, isLost: false, kept: [], sent: null, at: 0 };

/** Say how many wait; nothing while none does. @param {string} words with {n} for the number */
function say(words) {
  const n = state.kept.length;
  let node = document.getElementById('kept');
  if (!n) return node?.remove();
  if (!node) {
    node = document.createElement('div');
    Object.assign(node, { id: 'kept', className: 'notice hatched' });
    node.setAttribute('role', 'status');
    document.getElementById('face')?.append(node);
  }
  const text = words.replace('{n}', String(n));
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Record<string, any>} asked */
function send(asked) {
  state.n += 1;
  Object.assign(state, { sent: asked, at: Date.now() });
  window.dash_clientside.set_props('action', { data: { ...asked, search: location.search, n: state.n } });
}

/** Hand an act to Dash, or keep it. @param {Record<string, any>} asked @param {string} words */
export function hand(asked, words) {
  if (state.isLost || state.kept.length) state.kept.push(asked);
  else send(asked);
  say(words);
}

/** The address is another one: what was sent has arrived, and the next may go. @param {string} words */
export function arrived(words) {
  state.sent = null;
  if (!state.isLost && state.kept.length) setTimeout(() => answers(words));
}

/** The server answers: what waits may go, one after the other. @param {string} words */
export function answers(words) {
  state.isLost = false;
  const next = state.kept.shift();
  if (next) send(next);
  say(words);
}

/** The server does not answer: what was sent just now may not have come to it. @param {string} words */
export function silent(words) {
  state.isLost = true;
  if (state.sent && Date.now() - state.at < YOUNG_MS) state.kept.unshift(state.sent);
  state.sent = null;
  say(words);
}
