// The kinds of entries of our groups: a line, some lines, a choice, a switch; each reads and writes through the model.
import { h } from '@bpmn-io/properties-panel/preact';
import {
  CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

function component(Entry, extra) {
  return function Bound(props) {
    const debounce = useService('debounceInput');
    return h(Entry, { debounce, ...props, ...extra });
  };
}

const entry = (Entry, isEdited, extra = {}) => ({ id, label, description, get, set, ...more }) => ({
  id, label, description, getValue: get, setValue: set, isEdited, component: component(Entry, extra), ...more,
});

export const line = entry(TextFieldEntry, isTextFieldEntryEdited);
export const lines = entry(TextAreaEntry, isTextAreaEntryEdited, { autoResize: true, rows: 2 });
export const code = entry(TextAreaEntry, isTextAreaEntryEdited, { autoResize: true, rows: 4, monospace: true });
export const flag = entry(CheckboxEntry, isCheckboxEntryEdited);

// `options`: [[value, text], …]; a value that is not among them is shown as it stands, never lost.
export const choice = ({ options, get, ...more }) => entry(SelectEntry, isSelectEntryEdited)({
  ...more,
  get,
  getOptions: () => {
    const known = options.map(([value, label]) => ({ value, label }));
    const now = get();
    return now && !options.some(([value]) => value === now) ? [...known, { value: now, label: now }] : known;
  },
});
