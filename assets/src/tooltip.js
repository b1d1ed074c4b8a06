// A small sheet beside the pointer. Whatever a row holds is shown as text, never as markup.

import { writeAlone } from './formatting.js';

const GAP = 14;
const STYLE = {
  position: 'absolute', zIndex: '2', pointerEvents: 'none', display: 'none', maxWidth: 'calc(320 * var(--p, 1px))', padding: 'calc(8 * var(--p, 1px)) calc(12 * var(--p, 1px))',
  background: 'color-mix(in srgb, var(--bg, #0b1220) 94%, transparent)', color: 'var(--text-1, #e8eef6)',
  border: '1px solid var(--hair, #22314a)', fontSize: 'calc(13 * var(--p, 1px))', lineHeight: '1.45', fontFeatureSettings: '"tnum"',
};

/** @param {string} tag @param {string} text @param {Partial<CSSStyleDeclaration>} style */
function element(tag, text, style) {
  const node = document.createElement(tag);
  node.textContent = text;
  Object.assign(node.style, style);
  return node;
}

export class Tooltip {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.node = document.createElement('div');
    this.node.className = 'twin-tip';
    this.node.setAttribute('role', 'tooltip');
    Object.assign(this.node.style, STYLE);
    parent.append(this.node);
  }

  /**
   * @param {Record<string, any> | null} row null hides it
   * @param {[string, string, string?, Record<string, string>?][]} template label ('' for a title), column, form, words for codes
   * @param {{x: number, y: number, more?: number, zone?: string, now?: number, said?: Record<string, string>}} where
   */
  show(row, template, where) {
    if (!row || !template) return this.hide();
    const lines = template.map(([label, column, form = 'text', words]) => {
      const line = document.createElement('div');
      const value = writeAlone(row[column] ?? row.properties?.[column], form, { ...where, words });
      if (label) line.append(element('span', `${label} `, { color: 'var(--text-2, #a9b8ca)' }));
      line.append(element('span', value, label ? {} : { fontWeight: '600' }));
      return line;
    });
    if (where.more) lines.push(element('div', `+ ${where.more}`, { color: 'var(--text-2, #a9b8ca)' }));
    this.node.replaceChildren(...lines);
    this.node.style.display = 'block';
    const { clientWidth, clientHeight } = this.parent;
    const left = where.x + GAP + this.node.offsetWidth > clientWidth ? where.x - GAP - this.node.offsetWidth : where.x + GAP;
    const top = Math.min(where.y + GAP, clientHeight - this.node.offsetHeight - 4);
    Object.assign(this.node.style, { left: `${Math.max(4, left)}px`, top: `${Math.max(4, top)}px` });
  }

  hide() {
    this.node.style.display = 'none';
  }
}
