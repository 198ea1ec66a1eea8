// What our forms know beyond form-js: kept as texts under `properties` of a field.
import { Choice, Line, Lines } from './form-entries.js';
import { say } from './translate.js';

const INPUTS = ['textfield', 'textarea', 'number', 'datetime', 'checkbox', 'radio', 'select', 'checklist', 'taglist', 'filepicker'];
const FORMATS = {
  textfield: [
    ['tw-phone', say('電話', 'Telephone')], ['tw-mobile', say('行動電話', 'Mobile telephone')],
    ['tw-company-no', say('統一編號', 'Company number')], ['email', say('電子郵件', 'E-mail')],
    ['url', say('網址', 'Web address')], ['doc-no', say('公文文號', 'Document number')],
  ],
  number: [
    ['money', say('金額', 'Money')], ['roc-year', say('民國年', 'ROC year')],
    ['plain', say('不加千分位', 'No thousands separators')],
  ],
};
const PICKERS = [['person', say('人員', 'People')], ['unit', say('單位', 'Units')], ['case', say('案件', 'Cases')]];
const MASKS = [
  ['true', say('遮蔽', 'Masked')], ['name', say('當作姓名', 'As a name')], ['phone', say('當作電話', 'As a telephone number')],
  ['email', say('當作電子郵件', 'As an e-mail address')], ['address', say('當作地址', 'As an address')],
];

// One entry a property, by the types of field that have it.
const PROPERTIES = [
  ['label_en', Line, say('英文標籤', 'English label')],
  ['help', Lines, say('填寫說明', 'Help text'), INPUTS],
  ['help_en', Lines, say('填寫說明（英文）', 'Help text (English)'), INPUTS],
  ['options_en', Lines, say('選項的英文（以分號分隔）', 'Options in English (separated by ;)'), ['radio', 'select', 'checklist', 'taglist']],
  ['format', Choice, say('格式', 'Format'), Object.keys(FORMATS)],
  ['unit', Line, say('數字後的單位', 'Word after the number'), ['number']],
  ['picker', Choice, say('從名錄挑選', 'Pick from the directory'), ['textfield', 'select', 'taglist']],
  ['requiredIf', Lines, say('在此情況必填（FEEL）', 'Required if (FEEL)'), INPUTS],
  ['requiredReason', Line, say('必填的理由', 'Why it is required'), INPUTS],
  ['check', Lines, say('必須成立（FEEL）', 'Must hold (FEEL)'), INPUTS],
  ['checkMessage', Line, say('不成立時說', 'Said when it does not'), INPUTS],
  ['warnIf', Lines, say('提醒的條件（FEEL）', 'Warns if (FEEL)'), INPUTS],
  ['warning', Line, say('提醒的文字', 'Words of the warning'), INPUTS],
  ['sensitive', Choice, say('在清單中遮蔽', 'Masked in lists'), ['textfield', 'textarea']],
];
const OURS = new Set(PROPERTIES.map(([name]) => name));
const NONE = ['', say('（沒有）', '(none)')];

function optionsOf(name, field) {
  const known = { format: FORMATS[field.type], picker: PICKERS, sensitive: MASKS }[name];
  return [NONE, ...(known ?? [])].map(([value, label]) => ({ value, label }));
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
        .map(([name, component, label]) => this.entry(field, name, component, label));
      if (!entries.length || field.type === 'default') return groups;
      const own = { id: 'siwei', label: say('四維', 'Siwei'), entries };
      return [...groups.slice(0, 1), own, ...groups.slice(1).map((group) => (group.id === 'custom-values' ? withoutOurs(group) : group))];
    };
  }

  entry(field, name, component, label) {
    const getValue = () => field.properties?.[name] ?? '';
    const setValue = (value) => {
      const { [name]: _, ...others } = field.properties ?? {};
      this.modeling.editFormField(field, 'properties', value ? { ...others, [name]: value } : others);
    };
    return { id: `siwei-${name}`, label, component, getValue, setValue, getOptions: () => optionsOf(name, field), isEdited: (control) => Boolean(control?.value) };
  }
}
SiweiFormProperties.$inject = ['propertiesPanel', 'modeling'];

// What stands in our group is not shown a second time as a bare name and value.
const withoutOurs = (group) => ({ ...group, items: group.items.filter(({ label }) => !OURS.has(label)) });

export const siweiFormPropertiesModule = {
  __init__: ['siweiFormProperties'],
  siweiFormProperties: ['type', SiweiFormProperties],
};
