// form[data-entry]: an order by hand. Totals follow what is typed, rows come and go, buyers and items are looked up. The
// server reads everything again; without this module its submit buttons do the same.
import { readAmount, writeAmount } from "./amounts.js";
import { fill, say } from "./live.js";
import { newest } from "./newest.js";
import { failed, offline } from "./toast.js";

const WAIT_MS = 200;
const SHORTEST = 3;

const form = document.querySelector("form[data-entry]");
const { currencies, buyers, items, most, taken } = JSON.parse(form.dataset.entry);
const lines = form.querySelector("[data-lines]");
const known = document.getElementById("known-items");
const find = form.elements.find;
const filled = new WeakMap(); // what was filled in for a field, so that another choice may take its place

const store = () => form.elements.store?.value ?? form.dataset.store;
const currency = () => currencies[store()];
const rows = () => [...(lines?.children ?? [])]; // a channel's order has none to edit
const part = (row, name) => row.querySelector(`[name$="-${name}"]`);

// --- Totals ---

function sumOf(row) {
  const [price, quantity] = [part(row, "unit_price").value, part(row, "quantity").value.trim()];
  const blank = !price && !part(row, "sku").value && !part(row, "item_name").value;
  if (blank) return { blank };
  const each = readAmount(price, currency().digits);
  const sum = each !== null && /^\d{1,7}$/.test(quantity) ? each * Number(quantity) : null;
  return { blank, sum };
}

function show(name, amount) {
  const { digits, money } = currency();
  const text = amount === null ? "–" : writeAmount(amount, digits);
  const cell = form.querySelector(`[data-figure=${name}]`);
  cell.textContent = name === "total" && amount !== null ? fill(money, { n: text }) : text;
}

function add() {
  const { digits, code } = currency();
  let goods = 0;
  for (const row of rows()) {
    const { blank, sum } = sumOf(row);
    row.querySelector("[data-sum]").textContent = blank || sum === null ? "–" : writeAmount(sum, digits);
    if (!blank) goods = sum === null || goods === null ? null : goods + sum;
  }
  const [fee, discount] = ["shipping_fee", "discount"].map((name) => readAmount(form.elements[name].value.trim() || "0", digits));
  show("goods", goods);
  show("fee", fee);
  show("discount", discount && -discount);
  show("total", [goods, fee, discount].includes(null) ? null : goods + fee - discount);
  form.querySelector("[data-currency]").textContent = code;
}

// --- Rows ---

let next = Math.max(-1, ...rows().map((row) => Number(part(row, "sku").name.split("-")[1]))) + 1;

function addRow() {
  if (lines.children.length >= most) return;
  const row = form.querySelector("[data-line-new]").content.firstElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("input")) {
    for (const name of ["name", "id"]) field.setAttribute(name, field[name].replace("lines-0", `lines-${next}`));
  }
  next += 1;
  lines.append(row);
}

function removeRow(row) {
  const near = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (!near) addRow();
  part(near ?? lines.firstElementChild, "sku").focus();
  add();
}

/** Enter (a scanner sends it too) goes on to the next field, from the last one into a new row. */
function goOn(field) {
  const all = [...lines.querySelectorAll("input:not([type=checkbox])")];
  if (field === all.at(-1)) addRow();
  const after = [...lines.querySelectorAll("input:not([type=checkbox])")];
  after[after.indexOf(field) + 1]?.focus();
}

// --- Items ---

const askItems = newest();
let timer = 0;

function put(field, value) {
  if (field.value && field.value !== filled.get(field)) return;
  field.value = value;
  filled.set(field, value);
}

function take(field) {
  const option = [...known.options].find((one) => one.value.toLowerCase() === field.value.trim().toLowerCase());
  if (!option) return;
  const row = field.closest("[data-line]");
  field.value = option.value;
  put(part(row, "item_name"), option.dataset.name);
  put(part(row, "unit_price"), option.dataset.price);
  part(row, "digital").checked ||= "digital" in option.dataset;
  add();
}

async function lookItems(field) {
  const asked = new URLSearchParams({ store: store(), currency: currency().code, q: field.value.trim() });
  const answer = await askItems(`${items}?${asked}`).catch(() => undefined); // only a help: the words stay free
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(`<datalist>${answer.text}</datalist>`, "text/html");
  known.replaceChildren(...page.querySelectorAll("option"));
  take(field);
}

// --- Buyers ---

const askBuyers = newest();
let waiting = 0;

async function lookBuyers() {
  const words = find.value.trim();
  const box = document.getElementById("known-buyers");
  if (words.length < SHORTEST) {
    askBuyers.forget();
    box.replaceChildren();
    return;
  }
  const answer = await askBuyers(`${buyers}?${new URLSearchParams({ store: store(), q: words })}`).catch(() => offline());
  if (!answer) return;
  if (!answer.ok || answer.redirected) {
    failed();
    return;
  }
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  box.replaceChildren(...page.body.childNodes);
  say(box.querySelector("p")?.textContent ?? box.querySelector("ul").innerText);
}

function takeBuyer(button) {
  const buyer = JSON.parse(button.dataset.buyer);
  for (const [name, value] of Object.entries(buyer)) form.elements[name].value = value;
  find.value = "";
  document.getElementById("known-buyers").replaceChildren();
  form.elements.buyer_name.focus();
  say(fill(taken, { name: buyer.buyer_name }));
}

// --- Events ---

form.addEventListener("input", (event) => {
  const field = event.target;
  if (field === find) {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(lookBuyers, WAIT_MS);
    return;
  }
  if (field.name?.endsWith("-sku")) {
    take(field);
    clearTimeout(timer);
    if (field.value.trim()) timer = setTimeout(lookItems, WAIT_MS, field);
  }
  if (lines) add();
});

form.addEventListener("change", (event) => {
  if (event.target.name !== "store") return;
  known.replaceChildren();
  if (find.value) lookBuyers();
  add();
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-line-add]")) {
    addRow();
    part(lines.lastElementChild, "sku").focus();
  } else if (button?.matches("[data-line-remove]")) removeRow(button.closest("[data-line]"));
  else if (button?.matches("[data-buyer]")) takeBuyer(button);
  else if (button?.value === "find") lookBuyers();
  else return;
  event.preventDefault();
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.target === find) lookBuyers();
  else if (event.target.matches("[data-lines] input")) goOn(event.target);
  else return;
  event.preventDefault();
});

if (lines) add();
