// The editors' own texts in the language of the page.
import zh from './zh.json';

export const lang = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
const texts = lang === 'zh' ? zh : {};

// The editors write one name in several ways: "User Task", "User task", "Sub Process", "Sub-process".
const alike = (text) => text.toLowerCase().replace(/[\s()-]/g, '');
const loosely = new Map(Object.entries(texts).map(([text, meaning]) => [alike(text), meaning]));
const meaning = (text) => texts[text] ?? (typeof text === 'string' ? loosely.get(alike(text)) : undefined);

export function translate(template, replacements = {}) {
  const text = meaning(template) ?? template;
  return text.replace(/{([^}]+)}/g, (_, key) => {
    const value = replacements[key.trim()];
    return value === undefined ? `{${key}}` : meaning(value) ?? value;
  });
}

export const translateModule = { translate: ['value', translate] };
export const say = (zhText, enText) => (lang === 'zh' ? zhText : enText);
