// Opens a page as a dialog: links and submit buttons with data-dialog. The page marks its part with data-dialog-body:
// .lp-dlg-h (its h2 names the act and the number), .lp-dlg-b, .lp-dlg-f; data-dialog-close on a link back closes instead.
// Anything unexpected (a redirect to sign-in, a refusal, no such part) becomes the ordinary navigation.
import { openerOf } from "./menu.js";

const frame = document.querySelector("[data-dialog-frame]");

let busy = false;

/** `opener`, if there is one, gets the focus back: the browser does not give it to what a menu has hidden with itself. */
function show(part, address, opener) {
  const head = part.querySelector(".lp-dlg-h");
  const heading = part.querySelector("h1, h2");
  heading.id = "lp-dlg-h";
  heading.tabIndex = -1;
  head?.append(document.querySelector("template[data-dialog-x]").content.cloneNode(true));
  for (const form of [part, ...part.querySelectorAll("form")]) {
    if (form.matches("form") && !form.hasAttribute("action")) form.action = address;
  }
  frame.replaceChildren(part);
  opener?.focus({ preventScroll: true });
  frame.showModal();
  heading.focus();
  window.htmx?.process(frame);
}

/** Fetches the page; true when it was shown as a dialog. */
async function open(address, options, opener) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", ...options });
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.querySelector("[data-dialog-body]");
  if (!part) return false;
  show(document.importNode(part, true), address, opener);
  return true;
}

async function tryOpen(button, address, options, goOn) {
  if (busy) return;
  busy = true;
  button.setAttribute("aria-busy", "true");
  const menu = button.closest("[popover]");
  const shown = await open(address, options, menu && openerOf(menu)).catch(() => false);
  button.removeAttribute("aria-busy");
  busy = false;
  if (!shown) goOn();
}

if (frame) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    tryOpen(link, link.href, {}, () => location.assign(link.href));
  });

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const form = event.target;
    if (event.defaultPrevented || !button?.matches("[data-dialog]")) return;
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form, button));
    const address = button.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
    const isGet = (button.getAttribute("formmethod") ?? form.method).toLowerCase() === "get";
    const goOn = () => {
      button.removeAttribute("data-dialog");
      form.requestSubmit(button);
      button.setAttribute("data-dialog", "");
    };
    if (isGet) tryOpen(button, `${address}?${data}`, {}, goOn);
    else tryOpen(button, address, { method: "POST", body: data }, goOn);
  });

  frame.addEventListener("click", (event) => {
    const outside = event.target === frame;
    if (!outside && !event.target.closest("[data-dialog-close]")) return;
    event.preventDefault();
    frame.close();
  });
  // A form that leads to a file leaves the page where it is: nothing else would close the dialog.
  frame.addEventListener("submit", (event) => {
    if (event.target.matches("[data-dialog-leave]")) setTimeout(() => frame.close());
  });
  frame.addEventListener("close", () => frame.replaceChildren());
}
