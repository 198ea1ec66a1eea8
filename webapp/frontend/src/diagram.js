// The live diagram of a case: <div data-diagram data-xml="…" data-state="…"> holds the server's drawing of the
// same state; once the viewer is ready it takes the drawing's place. Tokens and the passed path are drawn as
// markers with a sign of their own, so that nothing is told by colour alone.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

const REFRESH = 30_000;

// A subprocess is only where the case is as long as nothing inside it is: the innermost elements count.
function innermost(registry, ids) {
  const drawn = ids.map((id) => registry.get(id)).filter(Boolean);
  const around = new Set();
  for (const element of drawn) for (let outer = element.parent; outer; outer = outer.parent) around.add(outer.id);
  return drawn.filter((element) => !around.has(element.id)).map((element) => element.id);
}

function mark(viewer, state, shown) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const [id, marker] of shown) if (registry.get(id)) canvas.removeMarker(id, marker);
  shown.length = 0;
  overlays.remove({ type: 'siwei' });
  const put = (id, marker) => {
    if (!registry.get(id)) return false;
    canvas.addMarker(id, marker);
    shown.push([id, marker]);
    return true;
  };
  for (const id of state.passed) put(id, 'sw-passed');
  for (const id of state.passed_flows) put(id, 'sw-passed');
  for (const [ids, marker, sign, text] of [
    [state.active, 'sw-active', 'sw-token', state.words.active],
    [state.incidents, 'sw-incident', 'sw-trouble', state.words.incident],
  ]) {
    for (const id of innermost(registry, ids)) {
      if (!put(id, marker)) continue;
      const flag = document.createElement('span');
      flag.className = `sw-flag ${sign}`;
      flag.textContent = text;
      overlays.add(id, 'siwei', { position: { top: -12, left: -6 }, html: flag });
    }
  }
}

async function show(holder) {
  const [xml, state] = await Promise.all([
    fetch(holder.dataset.xml).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status)))),
    holder.dataset.state ? fetch(holder.dataset.state, { headers: { 'X-Background': '1' } }).then((answer) => answer.json()) : null,
  ]);
  const canvasHolder = document.createElement('div');
  canvasHolder.className = 'diagram-canvas';
  holder.append(canvasHolder);
  const viewer = new NavigatedViewer({ container: canvasHolder });
  try {
    await viewer.importXML(xml);
  } catch (error) {
    canvasHolder.remove(); // the server's drawing stays
    throw error;
  }
  holder.classList.add('is-live');
  open(viewer, state);
  addTools(holder, viewer);
  if (!state) return;
  const shown = [];
  mark(viewer, state, shown);
  let tag = '';
  const timer = setInterval(async () => {
    if (!holder.isConnected) return clearInterval(timer);
    if (document.visibilityState !== 'visible') return undefined;
    const headers = { 'X-Background': '1', ...(tag && { 'If-None-Match': tag }) };
    const answer = await fetch(holder.dataset.state, { headers, cache: 'no-store' }).catch(() => null);
    if (answer?.status !== 200) return undefined;
    tag = answer.headers.get('ETag') ?? '';
    return mark(viewer, await answer.json(), shown);
  }, REFRESH);
}

// Small diagrams are shown whole. A large one stays readable: it opens where the case stands, else at its beginning.
const READABLE = 0.62;

function open(viewer, state) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() >= READABLE) return;
  const { inner, outer } = canvas.viewbox();
  const registry = viewer.get('elementRegistry');
  const here = innermost(registry, [...(state?.active ?? []), ...(state?.incidents ?? [])]).map((id) => registry.get(id));
  const at = here.find((element) => /Task$|Activity$/.test(element.type)) ?? here[0];
  const start = registry.find((element) => element.type === 'bpmn:StartEvent' && !element.labelTarget);
  const size = { width: outer.width / READABLE, height: outer.height / READABLE };
  const middle = { x: inner.x + size.width / 2, y: inner.y + inner.height / 2 };
  if (at) Object.assign(middle, { x: at.x + at.width / 2, y: at.y + at.height / 2 });
  else if (start) Object.assign(middle, { x: start.x - 60 + size.width / 2, y: start.y + start.height / 2 });
  canvas.viewbox({ x: middle.x - size.width / 2, y: middle.y - size.height / 2, ...size });
}

function addTools(holder, viewer) {
  const tools = document.createElement('div');
  tools.className = 'diagram-tools';
  const canvas = viewer.get('canvas');
  for (const [name, text, act] of [
    ['in', '+', () => canvas.zoom(canvas.zoom() * 1.25)],
    ['out', '−', () => canvas.zoom(canvas.zoom() / 1.25)],
    ['fit', '⤢', () => canvas.zoom('fit-viewport', 'auto')],
  ]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm btn-outline-secondary';
    button.textContent = text;
    button.setAttribute('aria-label', holder.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] ?? name);
    button.addEventListener('click', act);
    tools.append(button);
  }
  holder.append(tools);
}

export function startDiagrams() {
  for (const holder of document.querySelectorAll('[data-diagram]:not([data-started])')) {
    holder.dataset.started = '1';
    show(holder).catch((error) => console.warn('diagram', error));
  }
}
