// The server's findings about the whole draft, and the editor's own, as one list. A finding of the file that is
// open selects its element; any other leads to its file.
import { holder, words } from './draft.js';
import { lang } from './translate.js';

const list = document.getElementById('findings-list');
const count = document.getElementById('findings-count');

const LEVELS = ['error', 'todo', 'warning'];
const TITLES = { error: 'wordError', todo: 'wordTodo', warning: 'wordWarning' };

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
    const all = [...this.server, ...this.own];
    count.textContent = all.length ? String(all.length) : '';
    if (!all.length) {
      const none = document.createElement('p');
      none.className = 'muted';
      none.textContent = words.wordNone;
      list.replaceChildren(none);
      return;
    }
    list.replaceChildren(...LEVELS.flatMap((level) => this.group(level, all.filter((finding) => finding.level === level))));
  }

  // What is wrong, what is not finished yet and what may be meant stand apart.
  group(level, findings) {
    if (!findings.length) return [];
    const title = document.createElement('h3');
    title.className = 'h6 findings-level';
    title.textContent = `${words[TITLES[level]]} `;
    const number = document.createElement('span');
    number.className = 'count';
    number.textContent = String(findings.length);
    title.append(number);
    const items = document.createElement('ul');
    items.className = 'findings';
    items.append(...findings.map((finding) => this.item(finding)));
    return [title, items];
  }

  item(finding) {
    const row = document.createElement('li');
    row.className = `finding finding-${finding.level}`;
    const badge = document.createElement('span');
    badge.className = `badge-state tone-${{ error: 'bad', warning: 'warn', todo: 'info' }[finding.level]}`;
    badge.textContent = finding.word;
    const said = document.createElement('span');
    said.append(this.target(finding), ...this.more(finding));
    row.append(badge, said);
    return row;
  }

  // What to do about it, and where the rule stands.
  more(finding) {
    const found = [];
    if (finding.remedy) {
      const remedy = document.createElement('span');
      remedy.className = 'finding-remedy';
      remedy.textContent = finding.remedy;
      found.push(' ', remedy);
    }
    if (finding.help) {
      const rule = document.createElement('a');
      rule.className = 'finding-rule';
      rule.href = finding.help;
      rule.textContent = [finding.code, ...finding.rules].join(' ');
      found.push(' ', rule);
    }
    return found;
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
    target.textContent = here ? finding.message : `${finding.file}${lang === 'zh' ? '：' : ': '}${finding.message}`;
    return target;
  }
}
