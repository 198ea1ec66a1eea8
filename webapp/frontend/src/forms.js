// Task forms: conditional parts follow the answers, drafts save themselves, pickers suggest.
// Without this file the same form works by its own buttons.
const DRAFT_DELAY = 2500;
const SUGGEST_DELAY = 250;

export function startForms() {
  for (const form of document.querySelectorAll('[data-task-form]:not([data-started])')) {
    form.dataset.started = '1';
    new TaskForm(form);
  }
}

class TaskForm {
  constructor(form) {
    this.form = form;
    this.dirty = false;
    this.status = form.querySelector('[data-draft-status]');
    form.addEventListener('input', (event) => this.typed(event));
    form.addEventListener('change', (event) => this.changed(event));
    form.addEventListener('submit', () => this.leave());
    form.addEventListener('htmx:before:swap', () => this.remember());
    form.addEventListener('htmx:after:swap', () => this.restore());
    window.addEventListener('beforeunload', (event) => {
      if (this.dirty && this.form.isConnected) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden' && this.dirty) this.save();
    });
  }

  typed(event) {
    this.dirty = true;
    if (event.target.dataset.picker) this.suggest(event.target);
    clearTimeout(this.timer);
    if (this.form.dataset.draftUrl) this.timer = setTimeout(() => this.save(), DRAFT_DELAY);
  }

  // A field that other fields look at has changed: let the server settle the form again.
  changed(event) {
    this.dirty = true;
    if (event.target.closest('[data-refreshes]')) this.form.querySelector('[data-form-refresh]')?.click();
    const errors = event.target.closest('.has-error');
    if (errors) event.target.removeAttribute('aria-invalid');
  }

  leave() {
    this.dirty = false;
    clearTimeout(this.timer);
  }

  // What is being typed while the answer is on its way is not overwritten by it.
  remember() {
    const control = document.activeElement;
    const typing = control && this.form.contains(control) && control.matches('input:not([type=radio], [type=checkbox], [type=file]), textarea');
    this.typing = typing ? { id: control.id, value: control.value, start: control.selectionStart, end: control.selectionEnd } : null;
  }

  restore() {
    const control = this.typing && document.getElementById(this.typing.id);
    if (!control) return;
    control.value = this.typing.value;
    control.focus({ preventScroll: true });
    try {
      control.setSelectionRange(this.typing.start, this.typing.end);
    } catch {
      // not a control with a selection
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
      if (!answer.ok) throw new Error(String(answer.status));
      const said = answer.headers.get('Content-Type')?.includes('json') ? (await answer.json()).message : null;
      if (version === this.version) this.say(said || textSaved);
    } catch {
      this.dirty = true;
      if (version === this.version) this.say(textFailed);
    }
  }

  say(text) {
    if (this.status) this.status.textContent = text ?? '';
  }

  suggest(input) {
    clearTimeout(this.suggesting);
    const text = input.value.trim();
    if (!text || text.endsWith('）')) return;
    this.suggesting = setTimeout(async () => {
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
  }
}
