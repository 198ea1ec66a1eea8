// Two versions of a diagram side by side: what was added, taken away, changed or only moved is marked in both and listed.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { diff } from 'bpmn-js-differ';
import '../studio/compare.css';
import { descriptorsFor } from '../studio/moddle.js';

const compare = document.getElementById('compare');
const SIGNS = { added: '＋', removed: '－', changed: '✎', moved: '↔' };

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

function listed(changes, viewers) {
  const list = document.getElementById('compare-list');
  if (!changes.length) {
    list.textContent = compare.dataset.wordNone;
    return;
  }
  const items = document.createElement('ul');
  items.className = 'findings';
  for (const { kind, id, model, attrs } of changes) {
    const row = document.createElement('li');
    row.className = 'finding';
    const badge = document.createElement('span');
    badge.className = `badge-state tone-${{ added: 'good', removed: 'bad', changed: 'info', moved: 'neutral' }[kind]}`;
    badge.textContent = compare.dataset[`word${kind[0].toUpperCase()}${kind.slice(1)}`];
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn-plain';
    button.dataset.element = id;
    button.textContent = `${model.name || id}${attrs ? `（${Object.keys(attrs).join('、')}）` : ''}`;
    button.addEventListener('click', () => look(viewers, id));
    row.append(badge, button);
    items.append(row);
  }
  list.replaceChildren(items);
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
