// What our forms know beyond form-js: kept as texts under `properties` of a field.
import { h } from '@bpmn-io/properties-panel/preact';
import { Group, SelectEntry, TextAreaEntry, TextFieldEntry, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { say } from './translate.js';

const INPUTS = ['textfield', 'textarea', 'number', 'datetime', 'checkbox', 'radio', 'select', 'checklist', 'taglist', 'filepicker'];
const FORMATS = {
  textfield: ['tw-phone', 'tw-mobile', 'tw-company-no', 'email', 'url', 'doc-no'],
  number: ['money', 'roc-year', 'plain'],
};

// One entry a property, by the types of field that have it.
const PROPERTIES = [
  ['label_en', TextFieldEntry, say('英文標籤', 'English label')],
  ['help', TextAreaEntry, say('填寫說明', 'Help text'), INPUTS],
  ['help_en', TextAreaEntry, say('填寫說明（英文）', 'Help text (English)'), INPUTS],
  ['options_en', TextAreaEntry, say('選項的英文（以 ; 分隔）', 'Options in English (separated by ;)'), ['radio', 'select', 'checklist', 'taglist']],
  ['format', SelectEntry, say('格式', 'Format'), Object.keys(FORMATS)],
  ['unit', TextFieldEntry, say('數字後的單位', 'Word after the number'), ['number']],
  ['picker', SelectEntry, say('從名錄挑選', 'Pick from the directory'), ['textfield', 'select', 'taglist']],
  ['requiredIf', TextAreaEntry, say('在此情況必填（FEEL）', 'Required if (FEEL)'), INPUTS],
  ['requiredReason', TextFieldEntry, say('必填的理由', 'Why it is required'), INPUTS],
  ['check', TextAreaEntry, say('必須成立（FEEL）', 'Must hold (FEEL)'), INPUTS],
  ['checkMessage', TextFieldEntry, say('不成立時說', 'Said when it does not'), INPUTS],
  ['warnIf', TextAreaEntry, say('提醒的條件（FEEL）', 'Warns if (FEEL)'), INPUTS],
  ['warning', TextFieldEntry, say('提醒的文字', 'Words of the warning'), INPUTS],
  ['sensitive', SelectEntry, say('在清單中遮蔽', 'Masked in lists'), ['textfield', 'textarea']],
];
const EDITED = new Map([[TextFieldEntry, isTextFieldEntryEdited], [TextAreaEntry, isTextAreaEntryEdited], [SelectEntry, isSelectEntryEdited]]);
const NONE = { value: '', label: say('（沒有）', '(none)') };

function optionsOf(name, field) {
  const values = { format: FORMATS[field.type], picker: ['person', 'unit', 'case'], sensitive: ['true', 'name', 'phone', 'email', 'address'] }[name];
  return [NONE, ...(values ?? []).map((value) => ({ value, label: value }))];
}

class SiweiFormProperties {
  constructor(propertiesPanel, modeling) {
    this.modeling = modeling;
    propertiesPanel.registerProvider(this, 500);
  }

  getGroups(field) {
    return (groups) => {
      const entries = PROPERTIES.filter(([, , , types]) => field.label !== undefined || types?.includes(field.type))
        .filter(([, , , types]) => !types || types.includes(field.type))
        .map(([name, Entry, label]) => this.entry(field, name, Entry, label));
      if (!entries.length || field.type === 'default') return groups;
      const own = { id: 'siwei', label: say('四維', 'Siwei'), component: Group, entries };
      return [...groups.slice(0, 1), own, ...groups.slice(1)];
    };
  }

  entry(field, name, Entry, label) {
    const get = () => field.properties?.[name] ?? '';
    const set = (value) => {
      const { [name]: _, ...others } = field.properties ?? {};
      this.modeling.editFormField(field, 'properties', value ? { ...others, [name]: value } : others);
    };
    const bound = (props) => h(Entry, { ...props, debounce: (act) => act });
    return { id: `siwei-${name}`, label, element: field, getValue: get, setValue: set, getOptions: () => optionsOf(name, field), component: bound, isEdited: EDITED.get(Entry) };
  }
}
SiweiFormProperties.$inject = ['propertiesPanel', 'modeling'];

export const siweiFormPropertiesModule = {
  __init__: ['siweiFormProperties'],
  siweiFormProperties: ['type', SiweiFormProperties],
};
