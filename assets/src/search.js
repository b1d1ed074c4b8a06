// The search box: a combobox whose list comes from the server while somebody types (WAI-ARIA APG, list autocomplete). The focus stays in the
// field; the arrows walk the list, Enter goes to what is chosen, Escape gives the focus back to where it was.

/** A key that is pressed within this time of the one before asks nothing yet, ms. */
const QUIET_MS = 120;
const TYPED_IN = 'input, textarea, select, [contenteditable]';
/** The key of a slash, and what Chinese keyboards type with it. */
const SLASH = new Set(['/', '／', '、']);

/**
 * @typedef {object} Option
 * @property {string} id @property {string} label @property {string} beside @property {number} [priority]
 * @property {Record<string, string>} [action] what it asks of the page @property {string} [href] or the page that it opens
 */
/** @typedef {{title: string, more: string, options: Option[]}} Group */

/** @param {{act: (asked: Record<string, string>) => void, base: () => string}} how `base` is the path of all addresses, with its slash */
export function beginSearch({ act, base }) {
  /** @type {{options: Option[], at: number, timer?: number, asking?: AbortController, before: Element | null, goes: boolean}} */
  const now = { options: [], at: -1, before: null, goes: false };
  const box = () => document.getElementById('search');
  const field = () => /** @type {HTMLInputElement} */ (document.getElementById('search-field'));
  const list = () => /** @type {HTMLElement} */ (document.getElementById('search-list'));

  /** @param {string} text */
  function say(text) {
    const said = /** @type {HTMLElement} */ (document.getElementById('search-said'));
    if (said.textContent !== text) said.textContent = text;
    /** @type {HTMLElement} */ (said.parentElement).hidden = !text && !now.options.length;
  }

  /** Choose the option at a place of the list; -1 for none. @param {number} at */
  function choose(at) {
    const shown = list().querySelectorAll('[role=option]');
    shown[now.at]?.setAttribute('aria-selected', 'false');
    now.at = at;
    if (!shown[at]) return field().removeAttribute('aria-activedescendant');
    shown[at].setAttribute('aria-selected', 'true');
    field().setAttribute('aria-activedescendant', shown[at].id);
    // The first has the title of its group above it.
    (at === 0 ? shown[0].parentElement : shown[at])?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {Group[]} groups */
  function show(groups) {
    now.options = groups.flatMap((group) => group.options);
    let n = 0;
    list().replaceChildren(...groups.map((group, at) => groupOf(group, at, () => n++, box())));
    list().hidden = !now.options.length;
    field().setAttribute('aria-expanded', String(now.options.length > 0));
    now.at = -1;
    choose(now.options.length ? 0 : -1);
  }

  function forget() {
    clearTimeout(now.timer);
    now.asking?.abort();
    Object.assign(now, { timer: undefined, asking: undefined, goes: false });
  }

  function open() {
    const there = box();
    if (!there || there.dataset.open !== undefined) return;
    const had = document.activeElement;
    now.before = had && !there.contains(had) && had !== document.body ? had : null;
    there.dataset.open = '';
    field().focus();
    field().select();
    say(there.dataset.hint ?? '');
    ask(''); // names are spelled meanwhile
  }

  /** @param {boolean} isBack whether the focus goes to where it was */
  function close(isBack) {
    const there = box();
    if (there?.dataset.open === undefined) return;
    forget();
    delete there.dataset.open;
    field().value = '';
    show([]);
    say('');
    if (!isBack) return;
    if (now.before instanceof HTMLElement && now.before.isConnected) now.before.focus();
    else field().blur();
  }

  function go() {
    const option = now.options[now.at];
    if (!option) return;
    close(true);
    if (option.href) location.assign(option.href);
    else if (option.action) act(option.action);
  }

  /** @param {string} text */
  async function ask(text) {
    now.asking?.abort();
    const asking = (now.asking = new AbortController());
    const asked = new URLSearchParams(location.search);
    asked.set('q', text);
    asked.set('page', location.pathname);
    try {
      const answer = await fetch(`${base()}api/search?${asked}`, { signal: asking.signal });
      const found = await answer.json();
      if (now.asking === asking) hear(text, answer.ok ? found : null);
    } catch {
      if (now.asking === asking) hear(text, null);
    }
  }

  /** @param {string} text @param {{groups: Group[], said: string} | null} found null where there is no answer */
  function hear(text, found) {
    now.asking = undefined;
    if (!text) return;
    show(found?.groups ?? []);
    say(found?.said ?? box()?.dataset.failed ?? '');
    if (now.goes) go();
    now.goes = false;
  }

  /** Ask for what stands in the field; at once for who has pressed Enter. @param {number} [after_ms] */
  function typed(after_ms = QUIET_MS) {
    forget();
    const text = field().value.trim();
    const { dataset } = /** @type {HTMLElement} */ (box());
    if (!text || text.length > Number(dataset.most)) {
      show([]);
      return say((text ? dataset.long : dataset.hint) ?? '');
    }
    if (!now.options.length) say(dataset.wait ?? '');
    now.timer = setTimeout(() => {
      now.timer = undefined;
      ask(text);
    }, after_ms);
  }

  /** Enter goes to what is chosen; typed faster than it is answered, to the first that will be found. */
  function enter() {
    if (now.timer) typed(0);
    if (now.timer || (now.asking && field().value.trim())) now.goes = true;
    else go();
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const n = now.options.length;
    if (event.isComposing || event.keyCode === 229) return; // the key belongs to the input method
    if (event.key === 'Escape') close(true);
    else if (event.key === 'Enter') enter();
    else if (event.key === 'ArrowDown' && n) choose((now.at + 1) % n);
    else if (event.key === 'ArrowUp' && n) choose((now.at - 1 + n) % n);
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape closes nothing else
  }

  /** @param {KeyboardEvent} event */
  function isCall({ key, ctrlKey, metaKey, altKey, target, isComposing }) {
    if (!SLASH.has(key) || ctrlKey || metaKey || altKey || isComposing || document.querySelector('#chart > *')) return false;
    return !(target instanceof Element && target.closest(TYPED_IN));
  }

  document.addEventListener('keydown', (event) => {
    if (event.target === field()) pressed(event);
    else if (isCall(event) && box()) {
      event.preventDefault(); // the slash would stand in the field
      open();
    }
  }, { capture: true });
  document.addEventListener('input', ({ target }) => target === field() && typed());
  document.addEventListener('focusin', ({ target }) => target === field() && open());
  document.addEventListener('focusout', ({ target, relatedTarget }) => {
    if (target === field() && relatedTarget instanceof Node && !box()?.contains(relatedTarget)) close(false);
  });
  document.addEventListener('pointerdown', ({ target }) => target instanceof Node && !box()?.contains(target) && close(false));
  // A click on the list must not take the focus out of the field.
  document.addEventListener('mousedown', (event) => event.target instanceof Element && event.target.closest('.search-drop') && event.preventDefault());
  document.addEventListener('click', ({ target }) => {
    const there = target instanceof Element ? target.closest('#search :is(.search-open, .search-close, [role=option])') : null;
    if (!there) return;
    if (there.matches('.search-open')) return open();
    if (there.matches('.search-close')) return close(true);
    choose(Array.from(list().querySelectorAll('[role=option]')).indexOf(there));
    go();
  });
}

/** @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} inside */
function made(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...inside);
  return node;
}

/** @param {Group} group @param {number} at @param {() => number} next @param {HTMLElement | null} box */
function groupOf({ title, more, options }, at, next, box) {
  const id = `search-group-${at}`;
  const head = made('div', { class: 'search-group', role: 'presentation', id }, made('span', {}, title), made('span', { class: 'search-more' }, more));
  return made('div', { role: 'group', 'aria-labelledby': id }, head, ...options.map((option) => optionOf(option, next(), box)));
}

/** @param {Option} option @param {number} n @param {HTMLElement | null} box */
function optionOf({ id, label, beside, priority }, n, box) {
  const shape = priority ? box?.querySelector(`.search-marks [data-priority="${priority}"]`)?.cloneNode(true) : null;
  const words = made('span', { class: 'search-words' }, made('bdi', { class: 'search-label' }, label), made('span', { class: 'search-beside' }, beside));
  return made('div', { role: 'option', id: `search-option-${n}`, 'aria-selected': 'false', 'data-found': id }, ...(shape ? [shape] : []), words);
}
