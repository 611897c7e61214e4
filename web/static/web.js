// Applies a changed filter immediately; without JavaScript, the button of the form does it.
for (const form of document.querySelectorAll('form[data-live]')) {
  for (const field of form.querySelectorAll('select')) {
    field.addEventListener('change', () => form.requestSubmit());
  }
}
