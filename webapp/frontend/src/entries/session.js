// Warns before a session ends for want of an act, and lets its owner go on (WCAG 2.2.1).
const watch = document.getElementById('session-watch');

function warn() {
  if (document.getElementById('session-warning')) return;
  const box = document.createElement('div');
  box.id = 'session-warning';
  box.className = 'flash flash-warning session-warning';
  box.setAttribute('role', 'alert');
  const text = document.createElement('p');
  text.textContent = watch.dataset.text;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-primary btn-sm';
  button.textContent = watch.dataset.button;
  button.addEventListener('click', async () => {
    await fetch(watch.dataset.sessionKeep, { method: 'POST', headers: { 'X-CSRFToken': watch.dataset.csrf } });
    box.remove();
    look();
  });
  box.append(text, button);
  document.querySelector('main').prepend(box);
}

async function look() {
  let state;
  try {
    state = await (await fetch(watch.dataset.sessionState, { headers: { 'X-Background': '1', Accept: 'application/json' } })).json();
  } catch {
    setTimeout(look, 60_000);
    return;
  }
  if (!state.signed_in || state.ends_in <= 0) {
    const unsaved = document.querySelector('[data-task-form][data-unsaved] [data-draft-status]');
    document.getElementById('session-warning')?.remove();
    if (unsaved) unsaved.textContent = watch.dataset.ended; // what was typed goes through the sign-in when it is sent
    else window.location.reload(); // leads to the sign-in page and back here
    return;
  }
  if (state.warning_in <= 0) warn();
  else document.getElementById('session-warning')?.remove();
  setTimeout(look, 1000 * (state.warning_in > 0 ? Math.min(state.warning_in + 1, 600) : Math.min(state.ends_in + 1, 20)));
}

if (watch) look();
