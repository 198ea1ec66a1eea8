// form-js has no translation of its own: texts that it writes are exchanged as they appear.
import texts from './form-zh.json';
import { lang } from './translate.js';

const ATTRIBUTES = ['title', 'placeholder', 'aria-label'];

function exchange(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = texts[node.data.trim()];
    if (text && !node.parentElement?.closest('[contenteditable], textarea, .fjs-form-field, .cm-editor')) node.data = text;
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const name of ATTRIBUTES) {
    const text = texts[node.getAttribute(name)];
    if (text) node.setAttribute(name, text);
  }
  for (const child of node.childNodes) exchange(child);
}

export function translateTexts(container) {
  if (lang !== 'zh') return;
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'characterData') exchange(change.target);
      for (const node of change.addedNodes) exchange(node);
      if (change.type === 'attributes') exchange(change.target);
    }
  }).observe(container, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });
}
