// While a form is on its way, its button keeps its width, turns and says data-busy ("Checking"); a second press is not sent.
const before = new Map();

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!button?.dataset.busy) return;
  form.dataset.sent = "1";
  before.set(button, [...button.childNodes]);
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  button.textContent = button.dataset.busy;
});

// The back button shows the page as it was left.
addEventListener("pageshow", () => {
  for (const [button, inside] of before) {
    button.replaceChildren(...inside);
    button.removeAttribute("aria-busy");
    delete button.form?.dataset.sent;
  }
  before.clear();
});
