// The server's findings about the whole draft, and the editor's own, as one list. A finding of the file that is
// open selects its element; any other leads to its file.
import { holder, words } from './draft.js';

const list = document.getElementById('findings-list');
const count = document.getElementById('findings-count');

export class Findings {
  constructor(select) {
    this.select = select;
    this.server = [];
    this.own = [];
    this.onServer = () => {};
  }

  async refresh() {
    const answer = await fetch(holder.dataset.findings, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    this.server = (await answer.json()).findings;
    this.onServer(this.server.filter((finding) => finding.file === holder.dataset.name));
    this.show();
  }

  // Findings of the editor itself: {level, word, element, name, message}.
  setOwn(own) {
    this.own = own.map((finding) => ({ ...finding, file: holder.dataset.name }));
    this.show();
  }

  show() {
    const order = { error: 0, warning: 1, todo: 2 };
    const all = [...this.server, ...this.own].sort((a, b) => order[a.level] - order[b.level]);
    count.textContent = all.length ? String(all.length) : '';
    if (!all.length) {
      const none = document.createElement('p');
      none.className = 'muted';
      none.textContent = words.wordNone;
      list.replaceChildren(none);
      return;
    }
    const items = document.createElement('ul');
    items.className = 'findings';
    items.append(...all.map((finding) => this.item(finding)));
    list.replaceChildren(items);
  }

  item(finding) {
    const row = document.createElement('li');
    row.className = `finding finding-${finding.level}`;
    const badge = document.createElement('span');
    badge.className = `badge-state tone-${{ error: 'bad', warning: 'warn', todo: 'info' }[finding.level]}`;
    badge.textContent = finding.word;
    row.append(badge, this.target(finding));
    return row;
  }

  target(finding) {
    const here = finding.file === holder.dataset.name;
    const target = document.createElement(here && finding.element ? 'button' : finding.href && !here ? 'a' : 'span');
    if (target instanceof HTMLButtonElement) {
      target.type = 'button';
      target.className = 'btn-plain';
      target.dataset.element = finding.element;
      target.addEventListener('click', () => this.select(finding.element));
    } else if (target instanceof HTMLAnchorElement) target.href = finding.href;
    target.textContent = here ? finding.message : `${finding.file}：${finding.message}`;
    return target;
  }
}
