// The entries of our own group in the form editor's panel. form-js brings a copy of the properties panel that it does
// not export, and one drawn with another copy of preact takes the whole panel down: so ours are made of form-js's own.
import { h } from 'preact';

const PREFIX = 'bio-properties-panel-';

const framed = (id, label, control) => h('div', { class: `${PREFIX}entry`, 'data-entry-id': id },
  h('div', { class: `${PREFIX}control` }, h('label', { for: `${PREFIX}${id}`, class: `${PREFIX}label` }, label), control));

const common = (id) => ({ id: `${PREFIX}${id}`, name: id, class: `${PREFIX}input`, autoComplete: 'off', spellCheck: false });

export function Line({ id, label, getValue, setValue }) {
  return framed(id, label, h('input', { ...common(id), type: 'text', value: getValue(), onInput: ({ target }) => setValue(target.value) }));
}

export function Lines({ id, label, getValue, setValue }) {
  return framed(id, label, h('textarea', { ...common(id), rows: 2, value: getValue(), onInput: ({ target }) => setValue(target.value) }));
}

// A value that is not among the options is shown as it stands, never lost.
export function Choice({ id, label, getValue, setValue, getOptions }) {
  const now = getValue();
  const options = getOptions();
  const all = options.some(({ value }) => value === now) ? options : [...options, { value: now, label: now }];
  return framed(id, label, h('select', { ...common(id), value: now, onChange: ({ target }) => setValue(target.value) },
    all.map((option) => h('option', { key: option.value, value: option.value, selected: option.value === now }, option.label))));
}
