// Toasts: says what the server put into [data-toasts], lets it go after six seconds unless it is looked at,
// and shows data-offline and data-failed when a request for a part of the page does not arrive.
const STAYS_MS = 6000;

const region = document.querySelector("[data-toasts]");

function dismiss(toast) {
  if (toast.contains(document.activeElement)) document.getElementById("main")?.focus();
  toast.classList.add("lp-gone");
  setTimeout(() => toast.remove(), 160);
}

function live(toast) {
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dismiss(toast), STAYS_MS);
  };
  const stay = () => clearTimeout(timer);
  toast.addEventListener("mouseenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("mouseleave", start);
  toast.addEventListener("focusout", start);
  start();
}

/** Shows a refusal that needs no answer here; it stays until it is dismissed. */
function complain(text) {
  if (!region || !text || [...region.children].some((toast) => toast.dataset.text === text)) return;
  const template = document.querySelector("template[data-toast-bad]");
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.dataset.text = text;
  toast.querySelector("[data-text]").textContent = text;
  region.append(toast);
}

/** The server was not reached. */
export const offline = () => complain(region?.dataset.offline);

/** The server was reached and could not answer. */
export const failed = () => complain(region?.dataset.failed);

if (region) {
  // A region is said when it changes, not when it is born full: take the toasts out and put them in again.
  const toasts = [...region.querySelectorAll(".lp-toast-x")];
  for (const toast of toasts) toast.remove();
  setTimeout(() => {
    for (const toast of toasts) {
      region.append(toast);
      live(toast);
    }
  }, 60);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) dismiss(button.closest(".lp-toast-x"));
  });
  document.addEventListener("htmx:sendError", offline);
  document.addEventListener("htmx:responseError", failed);
}
