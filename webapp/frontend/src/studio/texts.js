// Texts of an editor that asks no translation for them: exchanged for ours as they appear.
import { lang } from './translate.js';

const ATTRIBUTES = ['title', 'placeholder', 'aria-label', 'alt'];
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// The texts of a dictionary; some have a place for a name or number: {0}, {1}, …
function dictionary(texts) {
  const patterns = Object.entries(texts).filter(([text]) => text.includes('{0}')).map(([text, meaning]) => [
    new RegExp(`^${escaped(text).replace(/\\\{\d\\\}/g, '(.+?)')}$`), meaning,
  ]);
  return (text) => {
    const bare = text?.trim();
    if (!bare || !/[A-Za-z]/.test(bare)) return undefined;
    if (texts[bare]) return texts[bare];
    for (const [pattern, meaning] of patterns) {
      const found = pattern.exec(bare);
      if (found) return meaning.replace(/{(\d)}/g, (_, index) => texts[found[Number(index) + 1]] ?? found[Number(index) + 1]);
    }
    return undefined;
  };
}

// Exchanges what stands in `container` and whatever comes into it. `written(element)` says whether the editor wrote the
// words of an element itself; those of the author are left alone. Attributes are always the editor's.
export function translateTexts(container, texts, written) {
  if (lang !== 'zh') return;
  const meaningOf = dictionary(texts);
  const exchange = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = meaningOf(node.data);
      if (text !== undefined && node.parentElement && written(node.parentElement)) node.data = text;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ATTRIBUTES) {
      const text = meaningOf(node.getAttribute(name));
      if (text !== undefined) node.setAttribute(name, text);
    }
    node.childNodes.forEach(exchange);
  };
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'childList') addedNodes.forEach(exchange);
      else exchange(target);
    }
  });
  observer.observe(container, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });
}
