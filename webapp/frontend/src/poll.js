// Parts of a page that keep themselves fresh: <div data-poll="/address" data-poll-every="30">.
// The request is conditional (the server answers 304 when nothing changed), is not made while the page is
// hidden, is marked so that the server does not count it as activity, and never touches a part in use.
const inUse = (part) => part.contains(document.activeElement)
  && document.activeElement.matches('input, textarea, select, details[open] *');

async function refresh(part) {
  const headers = { 'X-Background': '1', Accept: 'text/html' };
  if (part.dataset.pollTag) headers['If-None-Match'] = part.dataset.pollTag;
  let answer;
  try {
    answer = await fetch(part.dataset.poll, { headers, cache: 'no-store', redirect: 'manual' });
  } catch {
    return; // offline: the next round tries again
  }
  if (answer.status !== 200 || inUse(part)) return;
  const tag = answer.headers.get('ETag');
  if (tag === part.dataset.pollTag) return;
  const html = await answer.text();
  const focused = document.activeElement?.id;
  const checked = [...part.querySelectorAll('input[type=checkbox]:checked')].map((box) => box.value);
  const holder = document.createElement('template');
  holder.innerHTML = html;
  part.replaceChildren(...holder.content.childNodes);
  for (const value of checked) {
    const box = part.querySelector(`input[type=checkbox][value="${CSS.escape(value)}"]`);
    if (box) box.checked = true;
  }
  part.dataset.pollTag = tag ?? '';
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  part.dispatchEvent(new CustomEvent('siwei:refreshed', { bubbles: true }));
}

export function startPolling() {
  const due = new WeakMap();
  const round = () => {
    if (document.visibilityState !== 'visible') return;
    const now = Date.now();
    for (const part of document.querySelectorAll('[data-poll]')) {
      const every = Number(part.dataset.pollEvery ?? 30) * 1000;
      if (!due.has(part)) due.set(part, now + every);
      else if (now >= due.get(part)) {
        due.set(part, now + every);
        refresh(part);
      }
    }
  };
  round();
  setInterval(round, 1000);
}
