// Two versions of a diagram side by side: what was added, taken away, changed or only moved is marked in both and listed.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { diff } from 'bpmn-js-differ';
import '../studio/compare.css';
import { descriptorsFor } from '../studio/moddle.js';
import { lang } from '../studio/translate.js';

const compare = document.getElementById('compare');
const SIGNS = { added: '＋', removed: '－', changed: '✎' };

async function viewerFor(side) {
  const frame = compare.querySelector(`[data-side=${side}]`);
  const xml = await (await fetch(compare.dataset[side])).text();
  const canvas = document.createElement('div');
  canvas.className = 'diagram-canvas';
  frame.append(canvas);
  const viewer = new NavigatedViewer({ container: canvas, moddleExtensions: descriptorsFor(xml) });
  try {
    await viewer.importXML(xml);
  } catch (error) {
    canvas.remove();
    throw error;
  }
  frame.classList.add('is-live');
  viewer.get('canvas').zoom('fit-viewport', 'auto');
  return viewer;
}

// Where one picture goes, the other follows.
function follow(one, other) {
  let busy = false;
  const tie = (from, to) => from.on('canvas.viewbox.changed', ({ viewbox }) => {
    if (busy) return;
    busy = true;
    to.get('canvas').viewbox({ x: viewbox.x, y: viewbox.y, width: viewbox.width, height: viewbox.height });
    busy = false;
  });
  tie(one, other);
  tie(other, one);
}

function mark(viewer, id, kind) {
  if (!viewer.get('elementRegistry').get(id)) return;
  viewer.get('canvas').addMarker(id, `diff-${kind}`);
  if (kind === 'moved') return;
  const sign = document.createElement('span');
  sign.className = `diff-sign diff-sign-${kind}`;
  sign.textContent = SIGNS[kind];
  sign.title = compare.dataset[`word${kind[0].toUpperCase()}${kind.slice(1)}`];
  if (!viewer.get('elementRegistry').get(id).waypoints) viewer.get('overlays').add(id, { position: { top: -10, right: 12 }, html: sign });
}

function look(viewers, id) {
  for (const viewer of viewers) {
    const element = viewer.get('elementRegistry').get(id);
    if (!element?.parent) continue;
    viewer.get('canvas').zoom(0.8);
    viewer.get('canvas').scrollToElement(element, 100);
    for (const shown of viewers) {
      const there = shown.get('elementRegistry').get(id);
      shown.get('elementRegistry').forEach((other) => shown.get('canvas').removeMarker(other, 'diff-here'));
      if (there) shown.get('canvas').addMarker(id, 'diff-here');
    }
    return;
  }
}

function changesOf(found) {
  const kinds = [['added', found._added], ['removed', found._removed], ['changed', found._changed], ['moved', found._layoutChanged]];
  const seen = new Set();
  return kinds.flatMap(([kind, elements]) => Object.entries(elements).map(([id, element]) => ({ kind, id, model: element.model ?? element, attrs: element.attrs })))
    .filter(({ id }) => !seen.has(id) && seen.add(id));
}

// What an element is called: its name, for a flow also where it leads from and to.
function called(model) {
  const name = model.name || model.id;
  if (!model.sourceRef || !model.targetRef) return name;
  const way = `${model.sourceRef.name || model.sourceRef.id} → ${model.targetRef.name || model.targetRef.id}`;
  if (!model.name) return way;
  return lang === 'zh' ? `${name}（${way}）` : `${name} (${way})`;
}

// The properties that differ, as far as the reader knows them by name; what is not among them is seen in the file below.
const termOf = (path) => compare.dataset[`term${path.split(/[.[]/)[0].split(':').pop().toLowerCase().replace(/^./, (letter) => letter.toUpperCase())}`];
const known = (attrs) => [...new Set(Object.keys(attrs ?? {}).map(termOf).filter(Boolean))];

function row({ kind, id, model, attrs }, viewers) {
  const item = document.createElement('li');
  item.className = 'finding';
  const badge = document.createElement('span');
  badge.className = `badge-state tone-${{ added: 'good', removed: 'bad', changed: 'info', moved: 'neutral' }[kind]}`;
  badge.textContent = compare.dataset[`word${kind[0].toUpperCase()}${kind.slice(1)}`];
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn-plain';
  button.dataset.element = id;
  button.textContent = called(model);
  button.addEventListener('click', () => look(viewers, id));
  item.append(badge, button);
  if (known(attrs).length) {
    const what = document.createElement('span');
    what.className = 'muted';
    what.textContent = known(attrs).join(lang === 'zh' ? '、' : ', ');
    item.append(what);
  }
  return item;
}

function rows(changes, viewers) {
  const items = document.createElement('ul');
  items.className = 'findings';
  items.append(...changes.map((change) => row(change, viewers)));
  return items;
}

// What means something stands in front; shapes that only stand elsewhere are folded away.
function listed(changes, viewers) {
  const list = document.getElementById('compare-list');
  const [meant, moved] = [changes.filter(({ kind }) => kind !== 'moved'), changes.filter(({ kind }) => kind === 'moved')];
  list.replaceChildren();
  if (meant.length) list.append(rows(meant, viewers));
  else list.append(compare.dataset.wordNone);
  if (!moved.length) return;
  const folded = document.createElement('details');
  folded.className = 'disclosure mt-2';
  const summary = document.createElement('summary');
  summary.textContent = `${compare.dataset.wordMoved} `;
  const count = document.createElement('span');
  count.className = 'count';
  count.textContent = String(moved.length);
  summary.append(count);
  folded.append(summary, rows(moved, viewers));
  list.append(folded);
}

async function start() {
  const [before, after] = await Promise.all([viewerFor('before'), viewerFor('after')]);
  follow(before, after);
  const changes = changesOf(diff(before.getDefinitions(), after.getDefinitions()));
  for (const { kind, id } of changes) {
    if (kind !== 'added') mark(before, id, kind);
    if (kind !== 'removed') mark(after, id, kind);
  }
  listed(changes, [before, after]);
  compare.dataset.ready = 'true';
}

if (compare) start().catch((error) => console.error(error));
