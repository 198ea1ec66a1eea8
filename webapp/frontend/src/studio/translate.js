// The editors' own texts in the language of the page.
import zh from './zh.json';

export const lang = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
const texts = lang === 'zh' ? zh : {};

export function translate(template, replacements = {}) {
  const text = texts[template] ?? template;
  return text.replace(/{([^}]+)}/g, (_, key) => {
    const value = replacements[key];
    return value === undefined ? `{${key}}` : texts[value] ?? value;
  });
}

export const translateModule = { translate: ['value', translate] };
export const say = (zhText, enText) => (lang === 'zh' ? zhText : enText);
