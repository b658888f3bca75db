// Ctrl K (⌘ K on a Mac): to an order, a page or an action by typing. [data-palette] is a dialog with a combobox and its
// listbox; the server writes what the person may use, orders come from the list's own search, and an open selection
// adds the buttons of its bar. The focus stays in the field: aria-activedescendant names the chosen option.
import { fill } from "./live.js";
import { newest } from "./newest.js";

const WAIT_MS = 200;
const SHORTEST = 3;
const ORDERS = 5;

const frame = document.querySelector("[data-palette]");
const field = frame?.querySelector("[role=combobox]");
const part = (name) => frame.querySelector(`[data-palette-${name}]`);
const texts = frame ? JSON.parse(frame.dataset.texts) : {};
const ask = newest();
const mac = /Mac|iP/.test(navigator.platform);

let timer = 0;
let looking = false;
let press = false;

const plain = (text) => text.normalize("NFC").toLowerCase();
const options = () => [...frame.querySelectorAll("[role=option]")].filter((option) => !option.closest("[hidden]"));
const chosen = () => frame.querySelector("[role=option][aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = options();
  choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
}

let made = 0;

function option(name, ...inside) {
  const element = document.createElement(name);
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  element.id = `lp-go-x${(made += 1)}`;
  element.tabIndex = -1;
  element.append(...inside);
  return element;
}

function put(name, elements) {
  part(name).replaceChildren(part(name).firstElementChild, ...elements);
  part(name).hidden = !elements.length;
}

/** What the open selection's bar offers: its buttons are pressed, so dialog.js does the rest. */
function selection() {
  const buttons = [...document.querySelectorAll("[data-bulk-bar].open button[name=action]")];
  const made = buttons.map((button) => {
    const element = option("button", button.querySelector("svg").cloneNode(true), button.innerText.trim());
    element.type = "button";
    element.addEventListener("click", () => button.click());
    return element;
  });
  put("selection", made);
}

/** The first orders of an answer of the list: number, buyer, status. */
function orders(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const rows = [...page.querySelectorAll("[data-rows] > tr")].slice(0, ORDERS);
  return rows.map((row) => {
    const link = row.querySelector("a.lp-no");
    const number = document.createElement("b");
    const buyer = document.createElement("span");
    number.textContent = link.textContent;
    buyer.textContent = row.querySelector(".lp-c-buyer > div").textContent;
    buyer.className = "lp-grow lp-cut";
    const element = option("a", number, buyer, document.importNode(row.querySelector(".lp-pill"), true));
    element.href = link.getAttribute("href");
    return element;
  });
}

/** The saved views, asked for when the palette is opened; without them the rest is there all the same. */
async function views() {
  const answer = await fetch(frame.dataset.views, { cache: "no-store", credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const made = (await answer.json()).map(({ name, href }) => {
    const words = document.createElement("span");
    words.textContent = name;
    const element = option("a", part("views").querySelector("svg").cloneNode(true), words);
    element.href = href;
    return element;
  });
  part("views").replaceChildren(part("views").firstElementChild, ...made);
  filter();
}

async function look() {
  const words = field.value.trim();
  const address = `${frame.dataset.orders}?${new URLSearchParams({ q: words, limit: 20 })}`;
  const answer = await ask(address, { "Lapak-Part": "list" }).catch(() => undefined);
  if (answer === null) return;
  looking = false;
  const found = answer?.ok && !answer.redirected ? orders(answer.text) : [];
  put("orders", found);
  part("say").textContent = fill(texts.found, { n: found.length });
  if (!options().includes(chosen()) || chosen() === part("search")) choose(options()[0]);
  if (press) chosen()?.click();
}

function filter() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  for (const group of frame.querySelectorAll("[data-palette-fixed], [data-palette-selection], [data-palette-views]")) {
    const all = [...group.querySelectorAll("[role=option]")];
    for (const one of all) one.hidden = !words.every((word) => plain(one.textContent).includes(word));
    group.hidden = all.every((one) => one.hidden);
  }
  const typed = field.value.trim();
  part("search").hidden = !typed;
  part("search").href = `${frame.dataset.orders}?${new URLSearchParams({ q: typed })}`;
  part("search").lastElementChild.textContent = fill(texts.search, { words: typed });
}

function typed(event) {
  if (event?.isComposing) return;
  clearTimeout(timer);
  ask.forget();
  press = false;
  put("orders", []);
  filter();
  choose(options()[0]);
  looking = field.value.trim().length >= SHORTEST;
  if (looking) timer = setTimeout(look, WAIT_MS);
}

function open() {
  if (document.querySelector("dialog[open]")) return;
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  field.value = "";
  selection();
  frame.showModal();
  field.focus();
  typed();
  views();
}

const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => {
    // A number that is still being looked for is opened as soon as it is found.
    if (looking && chosen() === part("search")) press = true;
    else chosen()?.click();
  },
};

if (frame) {
  document.addEventListener("keydown", (event) => {
    const asked = (mac ? event.metaKey : event.ctrlKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
    if (!asked || event.isComposing) return;
    event.preventDefault();
    if (frame.open) frame.close();
    else open();
  });
  field.addEventListener("input", typed);
  field.addEventListener("compositionend", typed);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  frame.addEventListener("click", (event) => {
    const one = event.target.closest("[role=option]");
    if (!one && event.target !== frame && !event.target.closest("[data-palette-x]")) return;
    frame.close();
    if (one?.dataset.does === "keys") document.querySelector("[data-keys-frame]").showModal();
    if (one?.dataset.does === "sign-out") document.querySelector("[data-sign-out]").requestSubmit();
  });
  frame.addEventListener("close", () => {
    clearTimeout(timer);
    ask.forget();
  });
  document.querySelector("[data-palette-open]")?.addEventListener("click", open);
}
