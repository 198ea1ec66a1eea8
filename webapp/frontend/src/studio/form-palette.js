// The types of fields under names in the language of the page: in the palette, where they can be searched, and in the panel.
import texts from './form-zh.json';
import { lang } from './translate.js';

class SiweiFormPalette {
  constructor(formFields) {
    if (lang !== 'zh') return;
    for (const { config } of Object.values(formFields._formFields)) {
      const name = config.name ?? config.label;
      config.name = texts[name] ?? name;
    }
  }
}
SiweiFormPalette.$inject = ['formFields'];

export const siweiFormPaletteModule = {
  __init__: ['siweiFormPalette'],
  siweiFormPalette: ['type', SiweiFormPalette],
};
