// Task forms: conditional parts follow the answers, drafts save themselves, pickers suggest.
// Without this file the same form works by its own buttons.

const DRAFT_DELAY = 2500;
const SUGGEST_DELAY = 250;

const forms = new WeakMap();

export function startForms() {
  for (const form of document.querySelectorAll('[data-task-form]:not([data-started])')) {
    form.dataset.started = '1';
    forms.set(form, new TaskForm(form));
  }
}

// The button that asked is gone when its answer is in place, so the document is told, not the form.
for (const [name, method] of [
  ['htmx:before:request', 'asked'], ['htmx:before:swap', 'remember'], ['htmx:after:swap', 'restore'], ['htmx:finally:request', 'answered'],
]) {
  document.addEventListener(name, ({ detail }) => forms.get(detail?.ctx?.request?.form)?.[method](detail.ctx));
}

// What the server said when it did not take a draft: signed out, taken by somebody else.
class Refused extends Error {}

class TaskForm {
  constructor(form) {
    this.form = form;
    this.dirty = false;
    this.status = form.querySelector('[data-draft-status]');
    form.addEventListener('input', (event) => this.typed(event));
    form.addEventListener('change', (event) => this.changed(event));
    form.addEventListener('submit', () => this.leave());
    window.addEventListener('beforeunload', (event) => {
      if (this.dirty && this.form.isConnected) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden' && this.dirty) this.save();
    });
  }

  // Something is on the page that the server does not have.
  get dirty() {
    return this.form.hasAttribute('data-unsaved');
  }

  set dirty(is) {
    this.form.toggleAttribute('data-unsaved', is);
  }

  typed(event) {
    this.dirty = true;
    if (event.target.dataset.picker) suggest(event.target);
    clearTimeout(this.timer);
    if (this.form.dataset.draftUrl) this.timer = setTimeout(() => this.save(), DRAFT_DELAY);
  }

  // A field that other fields look at has changed: let the server settle the form again.
  changed(event) {
    this.dirty = true;
    if (event.target.closest('.has-error')) event.target.removeAttribute('aria-invalid');
    if (event.target.closest('[data-refreshes]')) this.refresh();
  }

  leave() {
    this.dirty = false;
    clearTimeout(this.timer);
  }

  // One question at a time: an answer to an older one would undo a newer one.
  refresh() {
    if (this.asking) this.again = true;
    else this.form.querySelector('[data-form-refresh]')?.click();
  }

  asked(ctx) {
    this.asking = ctx;
    this.sent = states(this.form);
  }

  answered(ctx) {
    if (this.asking === ctx) this.asking = null;
    if (ctx.response?.status === 401) this.say(JSON.parse(ctx.text).error); // signed out: the page stays as it is
  }

  // What was typed or chosen while the answer was on its way is not overwritten by it.
  remember(ctx) {
    const moved = ctx.request.submitter?.value.startsWith('remove'); // rows have other numbers then
    this.later = [...states(this.form)].filter(
      ([id, state]) => !same(state, this.sent?.get(id)) && !(moved && document.getElementById(id).closest('.form-rows')),
    );
    const control = document.activeElement;
    this.focus = this.form.contains(control) && control.id ? { id: control.id, start: control.selectionStart, end: control.selectionEnd } : null;
  }

  restore(ctx) {
    this.answered(ctx);
    for (const [id, state] of this.later ?? []) {
      const control = document.getElementById(id);
      if (control && this.form.contains(control)) putBack(control, state);
    }
    const control = this.focus && document.getElementById(this.focus.id);
    if (control && control !== document.activeElement) control.focus({ preventScroll: true });
    if (control && Number.isInteger(this.focus.start)) control.setSelectionRange(this.focus.start, this.focus.end);
    if (this.again) {
      this.again = false;
      this.refresh();
    }
  }

  async save() {
    clearTimeout(this.timer);
    const { draftUrl, textSaving, textSaved, textFailed } = this.form.dataset;
    if (!draftUrl) return;
    const body = new FormData(this.form);
    for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
    body.set('form_action', 'draft');
    this.say(textSaving);
    const version = (this.version = (this.version ?? 0) + 1);
    this.dirty = false;
    try {
      const answer = await fetch(draftUrl, {
        method: 'POST', body, headers: { Accept: 'application/json' }, redirect: 'manual', keepalive: document.visibilityState === 'hidden',
      });
      const told = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : {};
      if (!answer.ok) throw new Refused(told.error);
      if (version === this.version) this.say(told.message || textSaved);
    } catch (problem) {
      this.dirty = true;
      if (version === this.version) this.say((problem instanceof Refused && problem.message) || textFailed);
    }
  }

  say(text) {
    if (this.status) this.status.textContent = text ?? '';
  }
}

// What every control of the form holds, by its id.
function states(form) {
  const controls = [...form.elements].filter((control) => control.id && control.closest('.task-form-fields') && !control.matches('button, fieldset, output, [type=hidden]'));
  return new Map(controls.map((control) => [control.id, state(control)]));
}

function state(control) {
  if (control.matches('[type=checkbox], [type=radio]')) return control.checked;
  if (control.type === 'file') return control.files;
  if (control.multiple) return [...control.options].filter((option) => option.selected).map((option) => option.value);
  return control.value;
}

function same(one, other) {
  if (one instanceof FileList) return other instanceof FileList && one.length === other.length && [...one].every((file, n) => file === other[n]);
  return JSON.stringify(one) === JSON.stringify(other);
}

function putBack(control, kept) {
  if (control.matches('[type=checkbox], [type=radio]')) control.checked = kept;
  else if (control.type === 'file') control.files = kept;
  else if (control.multiple) for (const option of control.options) option.selected = kept.includes(option.value);
  else control.value = kept;
}

// Names that fit what is being typed, as suggestions of the field.
const suggesting = new WeakMap();

export function suggest(input) {
  clearTimeout(suggesting.get(input));
  const text = input.value.trim();
  if (!text || text.endsWith('）')) return;
  const timer = setTimeout(async () => {
    const address = new URL(input.dataset.picker, location.href);
    address.searchParams.set('q', text);
    let found;
    try {
      const answer = await fetch(address, { headers: { Accept: 'application/json' }, redirect: 'manual' });
      if (!answer.ok) return;
      found = await answer.json();
    } catch {
      return; // offline: the server looks the name up when the form is sent
    }
    const options = found.map((value) => Object.assign(document.createElement('option'), { value: value.text }));
    document.getElementById(input.getAttribute('list'))?.replaceChildren(...options);
  }, SUGGEST_DELAY);
  suggesting.set(input, timer);
}

// Pickers outside of task forms.
export function startPickers() {
  for (const input of document.querySelectorAll('[data-picker]:not([data-started])')) {
    if (input.closest('[data-task-form]')) continue;
    input.dataset.started = '1';
    input.addEventListener('input', () => suggest(input));
  }
}
