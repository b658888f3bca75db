// A selection of rows that survives paging, tabs, filters and search: form[data-bulk-form="orders"] keeps it for the
// tab and the user (body[data-user]); without a name it lives as long as the page. Rows are ticks
// input[name=rowid][data-number][data-status]; [data-tick-all] ticks the page; [data-bulk-bar] shows the sum.
import { fill, say } from "./live.js";

const form = document.querySelector("form[data-bulk-form]");
const bar = document.querySelector("[data-bulk-bar]");
const texts = bar ? JSON.parse(bar.dataset.texts) : {};
const limit = Number(bar?.dataset.limit ?? 100);
const storeAs = (name) => `lapak.selection.${name}.${document.body.dataset.user ?? ""}`;
const key = form?.dataset.bulkForm ? storeAs(form.dataset.bulkForm) : "";

/** id → { number, status }, in the order of ticking. */
let chosen = new Map();
let last = null;

const boxes = () => [...document.querySelectorAll("input[name=rowid]:not([type=hidden])")];

function load() {
  if (!key) return;
  try {
    chosen = new Map(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  } catch {
    chosen = new Map();
  }
}

function save(name, entries) {
  if (!name) return;
  try {
    if (entries.length) sessionStorage.setItem(name, JSON.stringify(entries));
    else sessionStorage.removeItem(name);
  } catch {
    // No storage (private mode): the selection lives as long as the page.
  }
}

/** "20 Pending, 3 Confirmed", in the order of an order's life. */
function parts() {
  const counts = new Map();
  for (const { status } of chosen.values()) if (status) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (texts.statuses ?? [])
    .filter(([code]) => counts.has(code))
    .map(([code, label]) => `${counts.get(code)} ${label}`)
    .join(", ");
}

function show() {
  const onPage = boxes();
  const here = onPage.filter((box) => chosen.has(box.value)).length;
  for (const box of onPage) {
    box.checked = chosen.has(box.value);
    box.closest("tr")?.classList.toggle("on", box.checked);
  }
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.checked = here > 0 && here === onPage.length;
    all.indeterminate = here > 0 && here < onPage.length;
    all.classList.toggle("some", all.indeterminate);
  }
  if (!bar) return;
  bar.classList.toggle("open", chosen.size > 0);
  const sum = fill(texts.selected, { n: chosen.size });
  const elsewhere = chosen.size > here ? fill(texts.here, { n: here }) : "";
  bar.querySelector("[data-bulk-count]").textContent = sum;
  bar.querySelector("[data-bulk-parts]").textContent = parts();
  bar.querySelector("[data-bulk-here]").textContent = elsewhere ? ` · ${elsewhere}` : "";
  offerAll(here > 0 && here === onPage.length);
}

/** Once a whole page is ticked, the bar offers the rest of the list: the link that stands below the rows. */
function offerAll(whole) {
  const offer = bar.querySelector("[data-bulk-all]");
  const below = document.querySelector("[data-match-all]");
  offer.hidden = !(whole && below);
  if (offer.hidden) return;
  offer.href = below.href;
  offer.textContent = below.textContent;
}

function told(note = "") {
  bar.querySelector("[data-bulk-note]").textContent = note;
  const sum = chosen.size ? fill(texts.selected, { n: chosen.size }) : texts.cleared;
  say(note || [sum, parts()].filter(Boolean).join(": "));
}

/** Ticks or clears the boxes; stops at the limit and says so. */
function set(some, on) {
  let full = false;
  for (const box of some) {
    if (!on) chosen.delete(box.value);
    else if (chosen.has(box.value)) continue;
    else if (chosen.size >= limit) full = true;
    else chosen.set(box.value, { number: box.dataset.number ?? "", status: box.dataset.status ?? "" });
  }
  save(key, [...chosen]);
  show();
  told(full ? fill(texts.full, { n: limit }) : "");
}

function clear() {
  chosen.clear();
  save(key, []);
  show();
  told();
}

/** The rows as they are now: another tab or a job may have moved them since they were ticked. */
function refresh() {
  load();
  for (const box of boxes()) {
    if (chosen.has(box.value)) chosen.set(box.value, { number: box.dataset.number ?? "", status: box.dataset.status ?? "" });
  }
  save(key, [...chosen]);
  show();
}

if (form && bar) {
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("input[name=rowid]");
    if (box) {
      const all = boxes();
      const from = event.shiftKey && last ? all.findIndex((other) => other.value === last) : -1;
      const to = all.indexOf(box);
      set(from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1), box.checked);
      last = box.value;
    } else if (event.target.closest?.("[data-tick-all]")) {
      set(boxes(), event.target.checked);
    } else if (event.target.closest?.("[data-bulk-clear]")) {
      clear();
      document.querySelector("[data-tick-all]")?.focus();
    }
  });

  // Captured, so that whoever else listens sees the whole form: dialog.js and confirm.js send it on.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) return;
      for (const old of form.querySelectorAll("input[data-elsewhere]")) old.remove();
      const here = new Set(boxes().map((box) => box.value));
      for (const id of chosen.keys()) {
        if (here.has(id)) continue;
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: "rowid", value: id });
        input.dataset.elsewhere = "";
        form.append(input);
      }
    },
    true,
  );

  document.addEventListener("lapak:swap", refresh);
  addEventListener("pageshow", refresh);
  refresh();
}

// An outcome page ends a selection with data-selection-done="orders", or goes on with part of it: a link with
// data-selection-set="orders" and data-selection-rows='[["7", {"number": …, "status": …}]]'.
for (const done of document.querySelectorAll("[data-selection-done]")) save(storeAs(done.dataset.selectionDone), []);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-selection-set]");
  if (link) save(storeAs(link.dataset.selectionSet), JSON.parse(link.dataset.selectionRows));
});
