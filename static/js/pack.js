// #packing: ticks and scans of the order's page are sent one after the other without a reload, so that a scanner never
// has to wait and the field keeps its focus. Answers hold the parts of the page that are other now (data-pack).
import { say } from "./live.js";
import { failed, offline } from "./toast.js";

const card = document.getElementById("packing");
const main = document.getElementById("main");
const field = card.querySelector("[data-scan] [name=sku]");
const newer = new Map(); // versions of the order that only our own acts came after: what was seen then still holds
let last = Promise.resolve();

/** The version by which a form's lines are known now. */
function current(version) {
  let known = version;
  while (newer.has(known)) known = newer.get(known);
  return known;
}

function show(page) {
  const fresh = page.getElementById("packing");
  if (!fresh) {
    location.reload(); // the order has left the warehouse's hands
    return;
  }
  const focused = document.activeElement?.id;
  for (const part of page.querySelectorAll("[data-pack]")) {
    document.querySelector(`[data-pack="${part.dataset.pack}"]`)?.replaceWith(document.importNode(part, true));
  }
  card.dataset.packing = fresh.dataset.packing;
  const wrong = fresh.querySelector("[aria-invalid]") !== null;
  field.classList.toggle("lp-is-bad", wrong);
  field.toggleAttribute("aria-invalid", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  say(page.querySelector("[data-pack=said] span")?.textContent ?? "", 100);
}

async function send(address, data) {
  const before = card.dataset.packing;
  if (data.has("version")) data.set("version", current(data.get("version")));
  const body = new URLSearchParams(data);
  const headers = { "Lapak-Part": "packing" };
  const answer = await fetch(address, { method: "POST", headers, body, credentials: "same-origin" }).catch(() => offline());
  if (!answer) return;
  if (answer.redirected || !(answer.ok || answer.status === 422)) {
    failed();
    return;
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  const own = answer.ok && Number(card.dataset.packing) === Number(before) + 1; // a refusal brings somebody else's
  if (own) newer.set(before, card.dataset.packing);
}

main.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#packing")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (form.matches("[data-scan]")) {
    field.value = "";
    field.focus();
  }
  last = last.then(() => send(form.action, data)).catch(failed);
});
