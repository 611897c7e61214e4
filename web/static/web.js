// Makes a working page quicker: a filter that is changed is shown at once, without its button.
for (const form of document.querySelectorAll('form[data-live]')) {
  for (const field of form.querySelectorAll('select')) {
    field.addEventListener('change', () => form.requestSubmit());
  }
}
