// The account of a figure: a dialog over the page with what the server says of it at /account/…. A click on a figure opens it, or
// `?` when the figure, or the panel around it, has the focus. It stays as it is while the page behind it goes on.

/** Numbers in tables and charts of a panel: a click on one asks for the panel's account. */
const NUMBERS = [
  'th[data-of]', 'td:is(.format-count, .format-duration, .format-percent, .format-number, .format-age, .format-year)',
  '.bands :is(.band-n, .band-strip, .band-word)', '.stages-table td', '.stage', '.programme b', '.curve', '.clock-left', '.clock-elapsed', '.tile-state', '.event-answer',
].join(', ');
const SCALES = '.stepped, .ramp, .ramp-ends, .kinds';
/** Who has a doing of its own keeps it: there `?` asks. */
const DOES = 'a, button:not([data-account]), select, summary, [data-action], [data-opens], [data-moments]';
const FACES = '.page:not(.framed), #chart';
const TYPED = 'input, textarea, select, [contenteditable]';

/**
 * What an account is of.
 * @typedef {{path: string, of: string}} Asked `path` is 'layer/panel' or 'map/layer/data'; `of` a figure or a column, '' for the whole
 */

/** @param {Element | null} node @returns {HTMLElement | null} */
const inPage = (node) => (node instanceof HTMLElement && node.closest(FACES) ? node : null);

/** @param {Element} node @returns {Asked | null} */
function told(node) {
  const own = node.closest('[data-account]');
  return own instanceof HTMLElement ? { path: own.dataset.account ?? '', of: own.dataset.figure ?? '' } : null;
}

/** The panel around an element, and the column if it stands in one. @param {Element} node @returns {Asked | null} */
function panelOf(node) {
  const panel = node.closest('.panel[data-panel]');
  if (!(panel instanceof HTMLElement)) return null;
  const cell = node.closest('th, td');
  const head = cell instanceof HTMLTableCellElement ? cell.closest('table')?.tHead?.rows[0]?.cells[cell.cellIndex] : null;
  return { path: (panel.dataset.panel ?? '').replace(':', '/'), of: head?.dataset.of ?? '' };
}

/** The map data of a layer, by its row of the legend and the id of what is drawn. @param {Element | null} row @param {string} drawn @returns {Asked | null} */
function mapOf(row, drawn = '') {
  if (!(row instanceof HTMLElement) || !row.dataset.maps) return null;
  const maps = row.dataset.maps.split(',');
  const name = maps.find((each) => drawn === each || drawn.startsWith(`${each}-`)) ?? maps[0];
  return { path: `map/${row.dataset.layer}/${name}`, of: '' };
}

/** What a click asks for; nothing where it does something else. @param {Element} node @returns {Asked | null} */
function clicked(node) {
  if (!node.closest(FACES) || node.closest(DOES)) return null;
  if (node.closest(SCALES)) return mapOf(node.closest('.legend-row'));
  return told(node) ?? (node.closest(NUMBERS) ? panelOf(node) : null);
}

/** What stands under the pointer on the map. @returns {Asked | null} */
function hovered() {
  const tip = document.querySelector('.twin-tip');
  if (!(tip instanceof HTMLElement) || tip.style.display === 'none' || !inPage(tip)) return null;
  const [layer, ...drawn] = (tip.dataset.of ?? '').split('-');
  return mapOf(document.querySelector(`#legend [data-layer="${CSS.escape(layer)}"]`), drawn.join('-'));
}

/** What `?` asks for: what has the focus, what is in it or around it, else what stands under the pointer. @param {Element | null} node @returns {Asked | null} */
function focused(node) {
  if (!node || !inPage(node)) return hovered();
  const inside = node.querySelector('[data-account]');
  return told(node) ?? (node.matches('button') && inside ? told(inside) : null) ?? panelOf(node) ?? mapOf(node.closest('.legend-row')) ?? hovered();
}

/** @param {string} tag @param {Record<string, string>} attributes @param {string} text */
function element(tag, attributes, text = '') {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

class Dialog {
  /** @param {() => Record<string, string>} words */
  constructor(words) {
    this.words = words;
    this.node = /** @type {HTMLDialogElement} */ (element('dialog', { class: 'account-dialog', id: 'account' }));
    this.page = element('a', { class: 'account-page-link' });
    this.shut = element('button', { type: 'button', class: 'close' }, '×');
    this.body = element('div', { class: 'account-body', tabindex: '-1' });
    const bar = element('div', { class: 'account-bar' });
    bar.append(this.page, this.shut);
    this.node.append(bar, this.body);
    document.body.append(this.node);
    this.asked = 0;
    /** @type {{node: Element | null, where: string}} */
    this.from = { node: null, where: '' };
    this.shut.addEventListener('click', () => this.node.close());
    this.node.addEventListener('click', (event) => this.#within(event));
    this.node.addEventListener('keydown', (event) => this.#keys(event));
    this.node.addEventListener('close', () => this.#back());
  }

  /** A click beside the dialog closes it; a link to another account is shown in its place. @param {MouseEvent} event */
  #within(event) {
    if (event.target === this.node) return this.node.close();
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (link && isPlain && link.closest('nav') && link.pathname.includes('/account/') && !link.classList.contains('held')) {
      event.preventDefault();
      this.fill(link.href);
    }
  }

  /** The page behind hears nothing of keys; the focus goes round. @param {KeyboardEvent} event */
  #keys(event) {
    event.stopPropagation();
    if (event.key !== 'Tab') return;
    const stops = Array.from(this.node.querySelectorAll('a[href], button, summary, [tabindex="0"]')).filter((each) => each.checkVisibility());
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const leaves = event.shiftKey ? [first, this.body] : [last];
    if (!leaves.includes(document.activeElement)) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.shiftKey ? last : first).focus();
  }

  /** The focus returns to what was asked of, also where that was painted anew. */
  #back() {
    this.asked += 1;
    this.body.replaceChildren();
    const { node, where } = this.from;
    const to = node?.isConnected ? node : where && document.querySelector(where);
    if (to instanceof HTMLElement) to.focus();
  }

  /** @param {string} url @param {Element | null} from */
  open(url, from) {
    const own = from instanceof HTMLElement ? from.closest('[data-account]') : null;
    const { account = '', figure = '' } = own instanceof HTMLElement ? own.dataset : {};
    const only = figure ? `[data-figure="${CSS.escape(figure)}"]` : ':not([data-figure])';
    this.from = { node: from, where: account && `[data-account="${CSS.escape(account)}"]${only}` };
    const said = this.words();
    this.node.setAttribute('aria-label', said['account-fetching'] ?? '…');
    this.node.removeAttribute('aria-labelledby');
    this.shut.setAttribute('aria-label', said.close ?? '×');
    this.shut.title = said.close ?? '';
    this.page.textContent = said['account-page'] ?? '';
    this.node.showModal();
    this.fill(url);
  }

  /** Show what the server says under an address; of two that were asked the later one. @param {string} url */
  async fill(url) {
    const turn = (this.asked += 1);
    this.body.setAttribute('aria-busy', 'true');
    if (!this.body.firstChild) this.body.append(element('p', { class: 'account-fetching' }, this.words()['account-fetching']));
    const found = await fetched(url).catch(() => null);
    if (turn !== this.asked || !this.node.open) return;
    this.body.removeAttribute('aria-busy');
    this.body.replaceChildren(found ?? element('p', { role: 'alert' }, this.words()['account-silent']));
    this.body.scrollTop = 0;
    if (!found) return;
    this.node.setAttribute('aria-labelledby', 'account-title');
    this.node.removeAttribute('aria-label');
    this.page.setAttribute('href', found.dataset.accountLink ?? url);
    this.body.focus();
  }
}

/** The account that stands on a page of the server; also one that says why there is none. @param {string} url @returns {Promise<HTMLElement>} */
async function fetched(url) {
  const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  const found = new DOMParser().parseFromString(text, 'text/html').querySelector('article.account');
  if (found instanceof HTMLElement) return document.importNode(found, true);
  const { what, fix } = JSON.parse(text);
  return element('p', { class: 'account problem', id: 'account-title', role: 'alert', lang: 'en' }, [what, fix].filter(Boolean).join(' '));
}

/**
 * Where an account is told, held at the moment that the page shows.
 * @param {string} base @param {Asked} asked
 */
function address(base, { path, of }) {
  const view = document.querySelector('.as-of')?.getAttribute('data-view') ?? location.search.slice(1);
  return `${base}account/${path}?${of ? `figure=${encodeURIComponent(of)}&` : ''}${view}`;
}

/**
 * Listen for clicks on figures and for `?`.
 * @param {() => Record<string, string>} words messages in the language of the face
 * @param {() => string} base path under which a proxy shows us
 */
export function beginAccounts(words, base) {
  /** @type {Dialog | null} */
  let dialog = null;
  /** @param {Asked | null} asked @param {Element | null} from */
  const open = (asked, from) => {
    if (!asked) return false;
    dialog ??= new Dialog(words);
    if (!dialog.node.open) dialog.open(address(base(), asked), from);
    return true;
  };
  document.addEventListener('click', ({ target, detail }) => {
    // Who has just drawn over words wants to copy them.
    if (!(target instanceof Element) || (detail && getSelection()?.type === 'Range')) return;
    open(clicked(target), target.closest('[data-account], [tabindex], button') ?? target);
  });
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (!(target instanceof Element) || target.matches(TYPED) || ctrlKey || metaKey || altKey) return;
    const presses = (key === 'Enter' || key === ' ') && target.matches('[role=button][data-account]');
    if (!presses && key !== '?' && key !== '？') return;
    if (open(presses ? told(target) : focused(document.activeElement), document.activeElement)) event.preventDefault();
  });
}
