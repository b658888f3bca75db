// Brings a refused form to its first wrong field, or to the summary above it; marks a form with unsent words.
const summary = document.querySelector("form [role=alert], [data-form-summary]");
const wrong = document.querySelector("main [aria-invalid=true]");

if (wrong && !document.querySelector("dialog[open]")) {
  const target = summary ?? wrong;
  if (target === summary) target.tabIndex = -1;
  target.focus();
}

// form[data-auto-submit]: choosing sends it (a day to jump to, a page size); its button stays for those without scripts.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto-submit]") && form.checkValidity()) form.requestSubmit();
});
