// The editor of decision tables.
import Modeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-embedded.css';
import '../studio/studio.css';
import { Draft, failed, holder, sourceText, takeOver, words } from '../studio/draft.js';
import { Findings } from '../studio/findings.js';
import { translateTexts } from '../studio/texts.js';
import { TableMarks } from '../studio/table-marks.js';
import { translateModule } from '../studio/translate.js';
import texts from '../studio/zh.json';

// Where the editor writes words of its own that it does not let translate; it opens its lists outside of its canvas.
const OWN_WORDS = '.dms-heading, .dms-select-options, .hit-policy, .element-variable > h2, .element-variable-type-label';

const tools = document.getElementById('studio-tools');

// One button a view: the picture of the relations, then each table or expression.
function offerViews(modeler) {
  const shown = modeler.getActiveView();
  tools.replaceChildren(...modeler.getViews().map((view) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm btn-outline-secondary';
    button.setAttribute('aria-pressed', String(view.element === shown?.element));
    button.textContent = view.type === 'drd' ? words.wordRelations : view.name || view.id;
    button.addEventListener('click', () => modeler.open(view));
    return button;
  }));
}

async function start() {
  takeOver();
  translateTexts(document.body, texts, (element) => element.closest(OWN_WORDS));
  const ours = { additionalModules: [translateModule] };
  const modeler = new Modeler({
    container: '#studio-canvas',
    drd: ours, decisionTable: ours, literalExpression: ours, boxedExpression: ours,
  });
  const draft = new Draft(async () => (await modeler.saveXML({ format: true })).xml);
  const listened = new Set();
  modeler.on('views.changed', () => {
    offerViews(modeler);
    const viewer = modeler.getActiveViewer();
    if (!viewer || listened.has(viewer)) return;
    listened.add(viewer);
    viewer.on('commandStack.changed', () => {
      draft.changed();
      offerViews(modeler);
    });
  });
  const { warnings } = await modeler.importXML(sourceText());
  if (warnings.length) {
    draft.block(words.wordForeign);
    console.warn('table', warnings);
  }
  const marks = new TableMarks(modeler);
  const show = (id) => marks.lead(id);
  const table = modeler.getViews().find(({ type }) => type === 'decisionTable');
  if (table) await modeler.open(table);
  const findings = new Findings(show);
  findings.onServer = (found) => marks.show(found);
  draft.onSaved = () => findings.refresh();
  findings.refresh();
  if (window.location.hash) show(decodeURIComponent(window.location.hash.slice(1)));
  holder.modeler = modeler;
}

if (holder) start().catch((error) => { failed(error); console.error(error); });
