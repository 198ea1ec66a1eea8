// The editor of a letter: its text, kept as it is typed.
import '../studio/studio.css';
import { Draft, holder, takeOver } from '../studio/draft.js';
import { Findings } from '../studio/findings.js';

function start() {
  const text = document.getElementById('studio-source');
  text.hidden = false;
  text.className = 'studio-text';
  text.spellcheck = false;
  document.getElementById('studio-canvas').replaceWith(text);
  takeOver();
  const draft = new Draft(async () => text.value);
  text.addEventListener('input', () => draft.changed());
  const findings = new Findings(() => text.focus());
  draft.onSaved = () => findings.refresh();
  findings.refresh();
  holder.editor = text;
}

if (holder) start();
