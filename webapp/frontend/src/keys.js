// Keyboard shortcuts. A key belongs to a link or button that carries data-key, or data-go after "g";
// rows of the inbox are walked with j and k. All of them are listed on the help page.
const typing = (element) => element.closest('input, textarea, select, [contenteditable], .djs-container') !== null
  && !(element instanceof HTMLInputElement && ['checkbox', 'radio', 'submit', 'button'].includes(element.type));

let waitingForGo = 0;

const rows = () => [...document.querySelectorAll('[data-row]')];

function current(all) {
  const focused = document.activeElement?.closest?.('[data-row]');
  const index = all.indexOf(focused);
  return index >= 0 ? index : all.findIndex((row) => row.querySelector('[aria-current]'));
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const next = Math.min(Math.max(current(all) + step, 0), all.length - 1);
  all[next].querySelector('[data-row-link]')?.focus();
}

function onRow(selector) {
  const all = rows();
  const row = all[current(all)];
  const target = row?.querySelector(selector);
  if (target) target.click();
  return Boolean(target);
}

const fixed = {
  j: () => walk(1),
  k: () => walk(-1),
  o: () => onRow('[data-row-link]'),
  x: () => onRow('input[type=checkbox]'),
  '/': () => document.querySelector('[data-search]')?.focus(),
  '[': () => neighbour(-1),
  ']': () => neighbour(1),
  d: () => (document.querySelector('.task-form .decision input') ?? document.querySelector('.task-form button[value=submit]'))?.focus(),
};

function neighbour(step) {
  const tabs = [...document.querySelectorAll('[data-inbox-tabs] a')];
  const here = tabs.findIndex((tab) => tab.hasAttribute('aria-current'));
  tabs[here + step]?.click();
}

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key;
    const afterGo = Date.now() - waitingForGo < 1500;
    waitingForGo = 0;
    if (afterGo) {
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (key === 'g') {
      waitingForGo = Date.now();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (target) {
      event.preventDefault();
      target.focus();
      target.click();
    } else if (Object.hasOwn(fixed, key)) {
      event.preventDefault();
      fixed[key]();
    }
  });
}
