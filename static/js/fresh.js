// [data-fresh]: "7 new orders" beside the title while the list stays as it is; a click puts them on top as a group of
// their own. Asked every few seconds, slower while nothing comes, and not at all while nobody looks at the tab.
import { newest } from "./newest.js";
import { failed, offline } from "./toast.js";

const EVERY_MS = 15_000;
const SLOWEST_MS = 120_000;

const place = document.querySelector("[data-fresh]");
const pill = place?.querySelector("button");
const ask = newest();

let wait = EVERY_MS;
let timer = 0;
let count = 0;

const since = () => new URLSearchParams({ since: place.dataset.since });

function show(told) {
  place.dataset.since = told.since;
  wait = told.count > count ? EVERY_MS : Math.min(wait * 1.5, SLOWEST_MS);
  count = told.count;
  if (told.words) pill.lastElementChild.textContent = told.words;
  pill.hidden = !told.count;
}

function later() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, wait);
}

async function look() {
  clearTimeout(timer);
  const answer = await ask(`${place.dataset.fresh}?${since()}`).catch(() => undefined);
  if (answer === null || answer?.redirected) return; // somebody clicked meanwhile; or signed out: no more questions
  if (answer?.ok) show(JSON.parse(answer.text));
  else wait = Math.min(wait * 2, SLOWEST_MS);
  later();
}

/** Puts the group on top. Who has scrolled into the list keeps the rows that they look at where they are. */
function put(group) {
  const table = document.querySelector("#order-rows table");
  const rows = [...table.querySelectorAll("[data-rows] > tr")];
  const here = table.getBoundingClientRect().top < 0 && rows.find((row) => row.getBoundingClientRect().bottom > 0);
  const before = here ? here.getBoundingClientRect().top : 0;
  const numbers = new Set([...group.querySelectorAll("input[name=rowid]")].map((box) => box.value));
  for (const row of rows) if (numbers.has(row.querySelector("input[name=rowid]")?.value)) row.remove();
  for (const row of group.querySelectorAll("tr")) row.classList.add("lp-new");
  table.tHead.after(group);
  const scroller = table.closest(".lp-list-wide") ?? window;
  if (here?.isConnected) scroller.scrollBy({ top: here.getBoundingClientRect().top - before, behavior: "instant" });
  group.querySelector("th").focus({ preventScroll: true });
}

async function bring() {
  clearTimeout(timer);
  pill.setAttribute("aria-busy", "true");
  const answer = await ask(`${place.dataset.rows}?${since()}&columns=${place.dataset.columns}`).catch(() => offline());
  pill.removeAttribute("aria-busy");
  if (answer?.redirected) location.reload();
  else if (answer && !answer.ok) failed();
  else if (answer) {
    const made = new DOMParser().parseFromString(answer.text, "text/html").querySelector("table");
    const table = document.importNode(made, true);
    const group = table.querySelector("[data-fresh-rows]");
    place.dataset.since = table.dataset.since;
    count = 0;
    pill.hidden = true;
    const empty = document.querySelector("#order-rows .lp-empty");
    group?.remove();
    if (group && empty) empty.replaceWith(table);
    if (group) put(group);
    document.dispatchEvent(new CustomEvent("lapak:swap"));
  }
  wait = EVERY_MS;
  later();
}

if (place) {
  pill.addEventListener("click", bring);
  document.addEventListener("visibilitychange", () => {
    wait = EVERY_MS;
    if (document.hidden) clearTimeout(timer);
    else look();
  });
  later();
}
