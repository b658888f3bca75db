// #packing: ticks and scans of the order's page are sent one after the other without a reload, so that a scanner never
// has to wait and the field keeps its focus. Answers hold the parts of the page that are other now (data-pack).
import { say } from "./live.js";
import { failed, offline } from "./toast.js";

const card = document.getElementById("packing");
const main = document.getElementById("main");
const GONE = new Set([400, 403, 404]); // a token of an earlier session, no longer allowed, not in sight any more
const field = card.querySelector("[data-scan] [name=sku]");
const newer = new Map(); // versions of the order that only our own acts came after: what was seen then still holds
let last = Promise.resolve();
let waiting = ""; // what was sent last, while it has no answer

/** Whether somebody types into a count, or holds a button down: the lines stay as they are until it is sent. */
function busy() {
  const at = document.activeElement;
  const typed = at.matches("#packing [type=number]") && at.value !== at.defaultValue;
  return typed || card.querySelector("[data-pack=lines] :active") !== null;
}

/** The version by which a form's lines are known now. */
function current(version) {
  let known = version;
  while (newer.has(known)) known = newer.get(known);
  return known;
}

function show(page) {
  const fresh = page.getElementById("packing");
  if (!fresh) {
    location.reload(); // the order has left the warehouse's hands, and the page says so
    return;
  }
  const focused = document.activeElement?.id;
  for (const part of page.querySelectorAll("[data-pack]")) {
    if (part.dataset.pack === "lines" && busy()) continue;
    document.querySelector(`[data-pack="${part.dataset.pack}"]`)?.replaceWith(document.importNode(part, true));
  }
  card.dataset.packing = fresh.dataset.packing;
  const wrong = fresh.querySelector("[aria-invalid]") !== null;
  field.classList.toggle("lp-is-bad", wrong);
  field.toggleAttribute("aria-invalid", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  const again = focused && document.getElementById(focused);
  again?.focus({ preventScroll: true });
  if (again?.matches("#packing [type=number]")) again.select(); // what is typed now replaces the count, as it would have
  const said = card.querySelector("[data-pack=said]"); // on a phone below the edge, for a tick far down above it
  if (document.activeElement === field || said.querySelector("[role=alert]")) said.scrollIntoView({ block: "nearest" });
  say(page.querySelector("[data-pack=said] span")?.textContent ?? "", 100);
}

async function send(address, data) {
  const before = card.dataset.packing;
  if (data.has("version")) data.set("version", current(data.get("version")));
  const body = new URLSearchParams(data);
  const headers = { "Lapak-Part": "packing" };
  const answer = await fetch(address, { method: "POST", headers, body, credentials: "same-origin" }).catch(() => offline());
  if (!answer) return;
  if (answer.redirected || GONE.has(answer.status)) {
    location.reload(); // to the sign-in and back here, or to why the order is out of reach
    return;
  }
  if (!answer.ok && answer.status !== 422) {
    failed();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  show(page);
  // A refusal counts nothing: the version after it is of somebody else, who may have changed the lines.
  const ours = page.querySelector("[data-counted]") !== null && Number(card.dataset.packing) === Number(before) + 1;
  if (ours) newer.set(before, card.dataset.packing);
}

main.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#packing")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  let act = ""; // every scan is a piece of its own
  if (form.matches("[data-scan]")) {
    field.value = "";
    field.focus();
  } else {
    act = `${form.action} ${new URLSearchParams(data)}`;
    if (act === waiting) return; // pressed twice; and Enter in a count comes after its change
    form.elements.count.defaultValue = form.elements.count.value;
    waiting = act;
  }
  const done = () => {
    if (act === waiting) waiting = "";
  };
  last = last.then(() => send(form.action, data)).catch(failed).finally(done);
});

// A count that can't be is not sent: say so, instead of letting it stand as if it were.
main.addEventListener("change", (event) => {
  if (event.target.matches("#packing [type=number]")) event.target.reportValidity();
});
