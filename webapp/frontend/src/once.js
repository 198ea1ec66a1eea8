// A form that was sent is not sent again by a second press; the server would answer the same anyway.
export function startOnce() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.target) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    form.setAttribute('aria-busy', 'true');
  });
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) {
      delete form.dataset.sent;
      form.removeAttribute('aria-busy');
    }
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-submit-on-change]')) event.target.form.requestSubmit();
  });
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-select-all]')) return;
    for (const box of event.target.form.querySelectorAll('input[name=ids]')) box.checked = event.target.checked;
  });
  document.getElementById('error-summary')?.focus();
}
