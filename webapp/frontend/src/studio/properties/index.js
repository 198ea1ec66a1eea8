// Our properties provider: its groups stand right after the general one.
import { groupsFor } from './groups.js';
import { Model } from './model.js';

const AFTER_THE_OTHERS = 500;

class SiweiPropertiesProvider {
  constructor(propertiesPanel, modeling, bpmnFactory, offers) {
    this.model = new Model(modeling, bpmnFactory);
    this.offers = offers ?? { forms: [], decisions: [], processes: [], roles: [] };
    propertiesPanel.registerProvider(AFTER_THE_OTHERS, this);
  }

  getGroups(element) {
    return (groups) => {
      const general = groups.filter(({ id }) => id === 'general');
      const others = groups.filter(({ id }) => id !== 'general');
      return [...general, ...groupsFor(element, this.model, this.offers), ...others];
    };
  }
}
SiweiPropertiesProvider.$inject = ['propertiesPanel', 'modeling', 'bpmnFactory', 'config.offers'];

export const siweiPropertiesModule = {
  __init__: ['siweiPropertiesProvider'],
  siweiPropertiesProvider: ['type', SiweiPropertiesProvider],
};
