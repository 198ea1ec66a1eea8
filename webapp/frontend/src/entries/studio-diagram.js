// The editor of a diagram.
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import TokenSimulationModule from 'bpmn-js-token-simulation';
import lintModule from 'bpmn-js-bpmnlint';
import minimapModule from 'diagram-js-minimap';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-bpmnlint/dist/assets/css/bpmn-js-bpmnlint.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import '../studio/studio.css';
import { Draft, failed, holder, sourceText, takeOver, tool, words } from '../studio/draft.js';
import { Findings } from '../studio/findings.js';
import { linting, ownIssues, setServerFindings } from '../studio/lint.js';
import { descriptorsFor } from '../studio/moddle.js';
import { siweiPropertiesModule } from '../studio/properties/index.js';
import { translateTexts } from '../studio/texts.js';
import { translateModule } from '../studio/translate.js';
import texts from '../studio/zh.json';

const READABLE = 0.6;

function look(modeler, id) {
  const element = modeler.get('elementRegistry').get(id);
  if (!element) return;
  const canvas = modeler.get('canvas');
  const root = canvas.findRoot(element);
  if (root) canvas.setRootElement(root);
  if (element !== root) {
    canvas.scrollToElement(element, 120);
    modeler.get('selection').select(element);
  } else modeler.get('selection').deselect?.(modeler.get('selection').get());
}

function open(modeler) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() >= READABLE) return;
  const { inner, outer } = canvas.viewbox();
  canvas.viewbox({ x: inner.x - 40, y: inner.y - 60, width: outer.width / READABLE, height: outer.height / READABLE });
}

async function start() {
  const xml = sourceText();
  takeOver();
  translateTexts(holder, texts, () => false);
  const modeler = new Modeler({
    container: '#studio-canvas',
    propertiesPanel: { parent: '#studio-properties' },
    additionalModules: [
      translateModule, BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, siweiPropertiesModule,
      CreateAppendAnythingModule, TokenSimulationModule, lintModule, minimapModule,
    ],
    moddleExtensions: descriptorsFor(xml),
    offers: JSON.parse(holder.dataset.suggestions),
    linting,
  });
  const { warnings } = await modeler.importXML(xml);
  open(modeler);
  const draft = new Draft(async () => (await modeler.saveXML({ format: true })).xml);
  if (warnings.length) {
    draft.block(words.wordForeign);
    console.warn('diagram', warnings);
  }
  const findings = new Findings((id) => look(modeler, id));
  findings.onServer = (found) => {
    setServerFindings(found);
    modeler.get('linting').update();
  };
  const nameOf = (id) => modeler.get('elementRegistry').get(id)?.businessObject.name || id;
  modeler.on('linting.completed', ({ issues }) => findings.setOwn(ownIssues(issues, nameOf)));
  modeler.on('commandStack.changed', () => draft.changed());
  draft.onSaved = () => findings.refresh();
  tool(words.wordSimulate, () => {
    const mode = modeler.get('toggleMode');
    mode.toggleMode();
    return mode._active;
  }, false);
  tool(words.wordMinimap, () => modeler.get('minimap').toggle() ?? modeler.get('minimap').isOpen(), false);
  findings.refresh();
  if (window.location.hash) look(modeler, decodeURIComponent(window.location.hash.slice(1)));
  window.addEventListener('hashchange', () => look(modeler, decodeURIComponent(window.location.hash.slice(1))));
  holder.modeler = modeler;
}

if (holder) start().catch((error) => { failed(error); console.error(error); });
