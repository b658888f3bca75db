// Copies data-copy, and says data-copied in its place for a moment.
const SHOWN_MS = 1600;

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return; // Not allowed (plain http): the text beside it can be selected by hand.
  }
  const words = button.querySelector("span") ?? button;
  if (words.dataset.was !== undefined) return;
  words.dataset.was = words.textContent;
  words.textContent = button.dataset.copied;
  words.setAttribute("role", "status");
  button.classList.add("done");
  setTimeout(() => {
    words.textContent = words.dataset.was;
    delete words.dataset.was;
    words.removeAttribute("role");
    button.classList.remove("done");
  }, SHOWN_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
