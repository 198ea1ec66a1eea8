// The editor of forms.
import { FormEditor } from '@bpmn-io/form-js-editor';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '../studio/studio.css';
import { Draft, failed, holder, sourceText, takeOver } from '../studio/draft.js';
import { Findings } from '../studio/findings.js';
import texts from '../studio/form-zh.json';
import { translateTexts } from '../studio/texts.js';
import { siweiFormPaletteModule } from '../studio/form-palette.js';
import { siweiFormPropertiesModule } from '../studio/form-properties.js';

const PLACEHOLDER = JSON.stringify([{ label: 'Value', value: 'value' }]);

// What a person typed: fields of the panel, the code editors, and in the form what its author named.
const TYPED = [
  '[contenteditable]', 'textarea', '.cm-editor', '.bio-properties-panel-header-label', '.fjs-form-field-label',
  '.fjs-form-field-description', '.fjs-form-field-text', '.fjs-form-field-grouptitle', '.fjs-table-th', '.fjs-form-field-button',
  '.fjs-inline-label', '.bio-properties-panel-list-item .bio-properties-panel-collapsible-entry-header-title',
].join(', ');
const ofTheEditor = (element) => element.closest('.fjs-filepicker-container') || !element.closest(TYPED);

// A choice whose people or units come from the directory has no options of its own: form-js gives it one on opening.
function withoutPlaceholders(field) {
  if (field.properties?.picker && JSON.stringify(field.values) === PLACEHOLDER) delete field.values;
  field.components?.forEach(withoutPlaceholders);
  return field;
}

// What the editor writes: the schema as it was, laid out as the files are.
function written(editor, original) {
  const { exporter, ...schema } = editor.saveSchema();
  if (original.exporter) schema.exporter = original.exporter;
  return `${JSON.stringify(withoutPlaceholders(schema), null, 2)}\n`;
}

async function start() {
  const schema = JSON.parse(sourceText());
  takeOver();
  const container = document.getElementById('studio-canvas');
  translateTexts(container, texts, ofTheEditor);
  const editor = new FormEditor({ container, additionalModules: [siweiFormPaletteModule, siweiFormPropertiesModule] });
  const draft = new Draft(async () => written(editor, schema));
  await editor.importSchema(schema);
  editor.on('changed', () => draft.changed());
  const look = (place) => {
    const fields = editor.get('formFieldRegistry').getAll();
    const field = fields.find(({ id }) => id === place) ?? fields.find(({ key, path }) => (key ?? path) === place);
    if (!field) return;
    editor.get('selection').set(field);
    container.querySelector(`[data-id="${CSS.escape(field.id)}"]`)?.scrollIntoView({ block: 'center' });
  };
  const findings = new Findings(look);
  draft.onSaved = () => findings.refresh();
  findings.refresh();
  const lookAtHash = () => look(decodeURIComponent(window.location.hash.slice(1)));
  lookAtHash();
  window.addEventListener('hashchange', lookAtHash);
  holder.editor = editor;
  holder.written = () => written(editor, schema);
}

if (holder) start().catch((error) => { failed(error); console.error(error); });
