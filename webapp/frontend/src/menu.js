// Menus that open in place: one at a time, closed by Escape or by a click elsewhere.
const menus = () => document.querySelectorAll('details[data-menu][open]');

function closeAll(except) {
  for (const menu of menus()) if (menu !== except) menu.open = false;
  const main = document.getElementById('menu');
  if (main && !main.contains(except)) setMain(false);
}

function setMain(open) {
  const main = document.getElementById('menu');
  const button = document.querySelector('.menu-open');
  if (!main || !button) return;
  main.classList.toggle('is-open', open);
  button.setAttribute('aria-expanded', String(open));
}

export function startMenus() {
  const button = document.querySelector('.menu-open');
  if (button) {
    button.setAttribute('role', 'button');
    button.setAttribute('aria-controls', 'menu');
    setMain(false);
    button.addEventListener('click', (event) => {
      event.preventDefault();
      setMain(!document.getElementById('menu').classList.contains('is-open'));
    });
    document.querySelector('.menu-close a')?.addEventListener('click', (event) => {
      event.preventDefault();
      setMain(false);
      button.focus();
    });
  }
  document.addEventListener('click', (event) => {
    const inside = event.target.closest('details[data-menu], #menu, .menu-open');
    closeAll(inside ?? undefined);
    if (inside?.matches('.menu-open')) return;
    if (!inside) setMain(false);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector('summary')?.focus();
    }
    setMain(false);
  });
}
