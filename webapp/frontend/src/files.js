// Files that together are more than a request may carry: the server would not even read such a form,
// so the person is told at the field, before anything else they typed is in danger.
function checkFiles(form, input) {
  const shell = input.closest('.field');
  shell.querySelector('[data-too-much]')?.remove();
  input.removeAttribute('aria-invalid');
  const chosen = [...form.querySelectorAll('input[type=file]')].flatMap((one) => [...one.files]);
  const size = chosen.reduce((sum, file) => sum + file.size, 0);
  if (size <= Number(input.dataset.maxMb) * 1024 * 1024) return;
  input.value = '';
  input.setAttribute('aria-invalid', 'true');
  const told = Object.assign(document.createElement('p'), { className: 'field-error', textContent: input.dataset.textTooMuch });
  told.dataset.tooMuch = '1';
  told.setAttribute('role', 'alert');
  input.after(told);
}

export function startCheckingFiles() {
  document.addEventListener('change', ({ target }) => {
    if (target.type === 'file' && target.dataset.maxMb) checkFiles(target.form, target);
  });
}
