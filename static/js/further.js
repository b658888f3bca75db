// [data-further]: a step of the list's search ended before the page was full. It goes on by itself, step by step, until
// the page is full or there is no more; the button stops it, and the link beside it goes on. Rows join those that are
// there, so selection and scroll stay.
import { say } from "./live.js";
import { newest } from "./newest.js";
import { failed, offline } from "./toast.js";

const ask = newest();
let joining = false;

const place = () => document.getElementById("order-further");
const rows = () => document.querySelector("#order-rows tbody[data-rows]:not([data-fresh-rows])");

function stop() {
  ask.forget();
  place()?.classList.remove("on");
  place()?.setAttribute("data-stopped", "");
}

/** Puts what came into the page: the rows after (or before) those that are there; of the pager, the side that moved. */
function join(text, way) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const nothing = page.getElementById("order-rows");
  if (nothing) document.getElementById("order-rows").replaceWith(document.importNode(nothing, true));
  else {
    const found = [...document.importNode(page.querySelector("tbody"), true).children];
    if (way === "after") rows().append(...found);
    else rows().prepend(...found);
  }
  const old = document.getElementById("order-below");
  const below = document.importNode(page.getElementById("order-below"), true);
  const links = (root) => [...root.querySelectorAll(".lp-pager .lp-btn-join > *")];
  const [before, now] = [links(old), links(below)];
  for (const n of way === "after" ? [0, 1] : [2, 3]) if (before[n] && now[n]) now[n].replaceWith(before[n]);
  old.replaceWith(below);
  joining = true;
  document.dispatchEvent(new CustomEvent("lapak:swap"));
  joining = false;
}

async function go() {
  const at = place();
  if (!at || document.hidden || !rows()) return;
  at.classList.add("on");
  at.removeAttribute("data-stopped");
  const { further, way, whole } = at.dataset;
  const have = String(rows().querySelectorAll("tr").length);
  const headers = { "Lapak-Part": "further", "Lapak-Have": have, "Lapak-Whole": whole };
  const answer = await ask(further, headers).catch(() => offline());
  if (answer === null) return; // stopped, or another list took its place
  if (answer?.redirected) location.assign(further);
  else if (answer?.ok) {
    const stood = document.activeElement?.closest("#order-further");
    join(answer.text, way);
    if (stood) (place()?.querySelector("[data-further-stop]") ?? document.querySelector("h1"))?.focus({ preventScroll: true });
    if (place()) go();
    else say(document.querySelector("#order-below .lp-pager > span")?.textContent ?? "");
  } else {
    stop();
    if (answer) failed();
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-further-stop]")) stop();
  else if (event.target.closest("[data-further-on]")) {
    event.preventDefault();
    go();
  }
});
document.addEventListener("lapak:swap", () => {
  if (joining || place()?.hasAttribute("data-stopped")) return;
  ask.forget();
  go();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && place()?.classList.contains("on")) stop();
});
go();
