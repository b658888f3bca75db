// Keys: / search, j k rows, x tick, Shift+x range, Enter open, ? help, Esc leaves the search, then clears the selection;
// data-key="s" on a button or link gives it a key. Letters are off while typing and with data-keys="off" on <body>.
const help = document.querySelector("[data-keys-frame]");

const typing = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function rows() {
  return [...document.querySelectorAll("[data-rows] > tr, table.lp-list > tbody > tr")].filter((row) => row.querySelector("a"));
}

function mark(row) {
  for (const other of document.querySelectorAll("tr.cur")) other.classList.remove("cur");
  row?.classList.add("cur");
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("cur"));
  const row = all[now < 0 ? 0 : Math.min(Math.max(now + step, 0), all.length - 1)];
  mark(row);
  row.scrollIntoView({ block: "nearest" });
  (row.querySelector("a.lp-no") ?? row.querySelector("a")).focus({ preventScroll: true });
}

const PLACE = `row ${location.pathname}${location.search}`;
const opened = (row) => (row?.querySelector("a.lp-no") ?? row?.querySelector("a"))?.pathname;

/** Whoever comes back to a list by the Back button goes on at the row from which they left. */
function goOn() {
  const left = performance.getEntriesByType("navigation")[0]?.type === "back_forward" && sessionStorage.getItem(PLACE);
  if (left) mark(rows().find((row) => opened(row) === left));
}

addEventListener("pagehide", () => {
  const row = document.querySelector("tr.cur");
  if (row) sessionStorage.setItem(PLACE, opened(row) ?? "");
});
goOn();

function tick(range) {
  const box = document.querySelector("tr.cur input[name=rowid]");
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: range }));
}

const KEYS = {
  "/": () => document.querySelector("input[type=search]")?.focus(),
  "?": () => help?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => tick(false),
  X: () => tick(true),
};

/** Open the row at the cursor when nothing has the focus; a focused link opens by itself. */
function enter() {
  if (document.activeElement === document.body) document.querySelector("tr.cur a.lp-no, tr.cur a")?.click();
}

function escape(event) {
  if (!event.target.matches("input[type=search]")) {
    if (!typing(event.target)) document.querySelector("[data-bulk-bar].open [data-bulk-clear]")?.click();
    return;
  }
  event.preventDefault(); // the browser would empty the field
  event.target.blur();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key === "Escape") escape(event);
  if (event.key === "Enter") enter();
  if (document.body.dataset.keys === "off" || typing(event.target)) return;
  const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const act = own?.getClientRects().length ? () => own.click() : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-rows] > tr, table.lp-list > tbody > tr");
  if (row) mark(row);
});
