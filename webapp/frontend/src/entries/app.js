// On every page.
import htmx from 'htmx.org';
import '../siwei.css';
import { startCopying } from '../copy.js';
import { startCheckingFiles } from '../files.js';
import { startKeys } from '../keys.js';
import { startMenus } from '../menu.js';
import { startOnce } from '../once.js';
import { startPolling } from '../poll.js';

window.htmx = htmx;
document.documentElement.classList.add('has-script');
startMenus();
startKeys();
startPolling();
startOnce();
startCopying();
startCheckingFiles();

// Parts that need more than this file bring it when they appear, also inside swapped content.
async function bringWhatIsNeeded() {
  if (document.querySelector('[data-task-form]:not([data-started])')) (await import('../forms.js')).startForms();
  if (document.querySelector('[data-picker]:not([data-started])')) (await import('../forms.js')).startPickers();
  if (document.querySelector('[data-diagram]:not([data-started])')) (await import('../diagram.js')).startDiagrams();
}
bringWhatIsNeeded();
document.addEventListener('htmx:after:swap', bringWhatIsNeeded);
