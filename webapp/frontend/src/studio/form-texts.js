// form-js has no translation of its own: texts that it writes are exchanged as they appear.
import texts from './form-zh.json';
import { lang } from './translate.js';

const ATTRIBUTES = ['title', 'placeholder', 'aria-label', 'alt'];
// What a person typed is left alone: fields of the panel, the code editors, and in the form what its author named.
const TYPED = [
  '[contenteditable]', 'textarea', '.cm-editor', '.bio-properties-panel-header-label', '.fjs-form-field-label',
  '.fjs-form-field-description', '.fjs-form-field-text', '.fjs-form-field-grouptitle', '.fjs-table-th', '.fjs-form-field-button',
  '.fjs-inline-label', '.bio-properties-panel-list-item .bio-properties-panel-collapsible-entry-header-title',
].join(', ');

const OWN = '.fjs-filepicker-container';

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// Texts with a place for a name or number: {0}, {1}, …
const patterns = Object.entries(texts).filter(([text]) => text.includes('{0}')).map(([text, meaning]) => [
  new RegExp(`^${escaped(text).replace(/\\\{\d\\\}/g, '(.+?)')}$`), meaning,
]);

function meaningOf(text) {
  const bare = text?.trim();
  if (!bare || !/[A-Za-z]/.test(bare)) return undefined;
  if (texts[bare]) return texts[bare];
  for (const [pattern, meaning] of patterns) {
    const found = pattern.exec(bare);
    if (found) return meaning.replace(/{(\d)}/g, (_, index) => texts[found[Number(index) + 1]] ?? found[Number(index) + 1]);
  }
  return undefined;
}

function exchange(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = meaningOf(node.data);
    if (text !== undefined && (node.parentElement?.closest(OWN) || !node.parentElement?.closest(TYPED))) node.data = text;
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const name of ATTRIBUTES) {
    const text = meaningOf(node.getAttribute(name));
    if (text !== undefined) node.setAttribute(name, text);
  }
  for (const child of node.childNodes) exchange(child);
}

export function translateTexts(...containers) {
  if (lang !== 'zh') return;
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'characterData') exchange(change.target);
      for (const node of change.addedNodes) exchange(node);
      if (change.type === 'attributes') exchange(change.target);
    }
  });
  for (const container of containers) {
    observer.observe(container, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });
  }
}
