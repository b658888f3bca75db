// form[data-live-search]: the list follows what is typed, without Enter. Only the parts of list_part.html are replaced,
// so caret and focus stay, and selection.js ticks the new rows; the address becomes that of the list now shown.
import { newest } from "./newest.js";
import { failed, offline } from "./toast.js";

const WAIT_MS = 200;

const form = document.querySelector("form[data-live-search]");
const field = form?.querySelector("input[type=search]");
const ask = newest();

let timer = 0;
let asked = field?.value.trim();

function busy(is) {
  field.parentElement.toggleAttribute("data-waiting", is);
  document.getElementById("order-rows").setAttribute("aria-busy", String(is));
}

/** Puts each part in the place of the one with its id. Who stood on a row stands on it again, or in the search box. */
function swap(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const stood = document.activeElement;
  for (const part of [...page.body.children].filter((element) => element.id)) {
    document.getElementById(part.id)?.replaceWith(document.importNode(part, true));
  }
  if (!stood.isConnected) {
    const link = stood.getAttribute("href");
    (link && document.querySelector(`#order-rows a[href="${CSS.escape(link)}"]`) || field).focus({ preventScroll: true });
  }
  window.htmx?.process(document.getElementById("order-overview"));
  document.dispatchEvent(new CustomEvent("lapak:swap"));
}

async function load() {
  asked = field.value.trim();
  const filled = [...new FormData(form)].filter(([, value]) => value.trim());
  const address = `${form.getAttribute("action")}?${new URLSearchParams(filled)}`;
  busy(true);
  const answer = await ask(address, { "Lapak-Part": "list" }).catch(() => offline());
  if (answer === null) return; // a newer question is on its way, and the mark is its own now
  busy(false);
  if (answer?.redirected) location.assign(address); // to the sign-in, and back here
  else if (answer && !answer.ok) failed();
  else if (answer) {
    swap(answer.text);
    history.replaceState(history.state, "", document.querySelector("#order-rows [name=url]").value);
  } else asked = null;
}

function typed(event) {
  clearTimeout(timer);
  // Between the keys of a Korean or Japanese letter there is no word yet to search for.
  if (event.isComposing || field.value.trim() === asked) return;
  timer = setTimeout(load, WAIT_MS);
}

if (form) {
  field.addEventListener("input", typed);
  field.addEventListener("compositionstart", () => clearTimeout(timer));
  field.addEventListener("compositionend", typed);
  // Enter: what is on its way is enough; else the words are asked for at once.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    if (field.value.trim() !== asked) load();
  });
  // The filters beside it were drawn before the search: they go with the words that stand in the box now.
  for (const other of document.querySelectorAll("#order-filters form")) {
    other.addEventListener("formdata", (event) => event.formData.set("q", field.value.trim()));
  }
}
