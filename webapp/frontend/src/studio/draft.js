// Keeps the draft by itself: every change is sent after a short pause, and the page says what became of it.
const PAUSE = 1200;

export const holder = document.getElementById('studio');
export const words = holder?.dataset ?? {};

export class Draft {
  constructor(read) {
    this.read = read;
    this.base = holder.dataset.digest;
    this.status = document.getElementById('studio-status');
    this.waiting = false;
    this.sending = null;
    this.blocked = false;
    this.onSaved = () => {};
    window.addEventListener('beforeunload', (event) => {
      if (this.waiting || this.sending) event.preventDefault();
    });
    document.addEventListener('click', (event) => this.beforeLeaving(event), true);
  }

  say(text, tone = '') {
    this.status.textContent = text;
    this.status.dataset.tone = tone;
  }

  changed() {
    if (this.blocked) return;
    this.waiting = true;
    this.say(words.wordUnsaved, 'open');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.blocked || !this.waiting) return this.sending;
    if (this.sending) return this.sending.then(() => this.save());
    this.waiting = false;
    this.sending = this.send().finally(() => { this.sending = null; });
    return this.sending;
  }

  async send() {
    this.say(words.wordSaving, 'open');
    try {
      const body = new URLSearchParams({ content: await this.read(), base: this.base });
      const answer = await fetch(holder.dataset.save, {
        method: 'POST', body, headers: { 'X-CSRFToken': holder.dataset.csrf, Accept: 'application/json' },
      });
      if (answer.redirected || !answer.headers.get('Content-Type')?.includes('json')) throw new Error(words.wordSignedOut);
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      this.base = told.digest;
      this.say(told.saved, 'saved');
      this.onSaved();
    } catch (error) {
      this.waiting = true;
      this.say(error instanceof TypeError ? words.wordFailed : error.message, 'failed');
      this.offerOwn();
      console.warn('draft', error);
    }
  }

  // What could not be kept can be taken along: the link in the head of the page leads to what others kept.
  offerOwn() {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm btn-outline-secondary';
    button.textContent = words.wordOwn;
    button.addEventListener('click', async () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([await this.read()], { type: 'text/plain' }));
      link.download = words.name.split('/').pop();
      link.click();
      URL.revokeObjectURL(link.href);
    });
    this.status.append(' ', button);
  }

  // Nothing may be saved any more: it would lose what the editor cannot read.
  block(text) {
    this.blocked = true;
    this.say(text, 'failed');
  }

  // A link out of the editor waits until the draft is kept.
  beforeLeaving(event) {
    const link = event.target.closest?.('a[href]');
    if (!link || !this.waiting || this.blocked || link.target || link.hasAttribute('download') || event.ctrlKey || event.metaKey) return;
    if (link.pathname === window.location.pathname && link.hash) return;
    if (holder.contains(link)) return;
    event.preventDefault();
    event.stopPropagation();
    this.save().then(() => { if (!this.waiting) window.location.assign(link.href); });
  }
}

export const sourceText = () => document.getElementById('studio-source').value;

// From now on the editor stands where the saved picture stood.
export function takeOver() {
  holder.classList.add('is-live');
  document.getElementById('studio-work').hidden = false;
}

export function failed(error) {
  holder.classList.remove('is-live');
  document.getElementById('studio-work').hidden = true;
  const status = document.getElementById('studio-status');
  status.textContent = `${words.wordBroken}${error.message}`;
  status.dataset.tone = 'failed';
}

export function tool(text, act, pressed) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-sm btn-outline-secondary';
  button.textContent = text;
  if (pressed !== undefined) button.setAttribute('aria-pressed', String(pressed));
  button.addEventListener('click', () => {
    const now = act();
    if (typeof now === 'boolean') button.setAttribute('aria-pressed', String(now));
  });
  document.getElementById('studio-tools').append(button);
  return button;
}
