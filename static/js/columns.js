// form[data-columns]: its buttons [data-move="-1"] and [data-move="1"] take a [data-column] a place up or down without
// asking the server; the order of the fields is what is sent.
import { say } from "./live.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-columns] [data-move]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("[data-column]");
  const up = button.dataset.move === "-1";
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches("[data-column]")) return;
  if (up) other.before(row);
  else other.after(row);
  // At either end one arrow is hidden: the focus goes to what is left of the row.
  for (const place of [button, ...row.querySelectorAll("[data-move]"), row.querySelector("input[name=shown]")]) {
    place.focus();
    if (document.activeElement === place) break;
  }
  row.scrollIntoView({ block: "nearest" });
  const name = row.querySelector("label").textContent.trim();
  say(`${name}: ${[...row.parentElement.children].indexOf(row) + 1}`, 100);
});
