// Puts a popover menu near the button that opened it, and keeps it there; opening, closing and Esc are the browser's.
const GAP = 6;

function place(menu, button) {
  const at = button.getBoundingClientRect();
  menu.classList.add("lp-placed");
  const size = menu.getBoundingClientRect();
  const below = at.bottom + GAP + size.height <= innerHeight;
  const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - size.height);
  const left = Math.min(Math.max(GAP, at.left), innerWidth - size.width - GAP);
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}

/** The link whose answer the shared menu shows. */
let asked = null;

/** The button or link that opened this menu, if it can be seen. */
export function openerOf(menu) {
  if (menu.matches("[data-menu-frame]")) return asked;
  const openers = document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`);
  return [...openers].find((opener) => opener.getClientRects().length > 0);
}

function placeOpen() {
  for (const menu of document.querySelectorAll("[popover]:popover-open")) {
    const button = openerOf(menu);
    if (button) place(menu, button);
  }
}

document.addEventListener("toggle", (event) => event.newState === "open" && placeOpen(), true);
addEventListener("scroll", placeOpen, { passive: true });
addEventListener("resize", placeOpen, { passive: true });

// a[data-menu]: the page behind the link marks its choices with data-menu-body; they are shown in the one shared menu, so
// that a list of 50 rows does not carry 50 of them. Whatever else comes back becomes the ordinary navigation.
async function ask(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const choices = answer.ok && !answer.redirected && page.querySelector("[data-menu-body]");
  if (!choices) throw new Error("no menu");
  const menu = document.querySelector("[data-menu-frame]");
  asked = link;
  menu.replaceChildren(...document.importNode(choices, true).childNodes);
  menu.showPopover();
  menu.querySelector("a, button")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-menu]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  ask(link).catch(() => location.assign(link.href));
});

// Arrows go through the choices of an open menu, from its button too. A field keeps its own arrows.
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.target.matches("input, select, textarea")) return;
  const opened = document.getElementById(event.target.getAttribute("popovertarget") ?? "");
  const menu = event.target.closest("[popover]") ?? opened;
  if (!menu?.matches(":popover-open")) return;
  const all = [...menu.querySelectorAll("a[href], button:enabled")].filter((each) => each.getClientRects().length);
  if (!all.length) return;
  const at = all.indexOf(event.target);
  const next = at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length;
  event.preventDefault();
  all[next].focus();
});
