// [data-narrow] is typed into above a long list of choices: those whose words hold it stay, and what is ticked. Enter ticks
// the only one that is left.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
const choicesOf = (box) => [...box.closest("details").querySelectorAll(".lp-check")];
const wordsOf = (choice) => [...choice.querySelectorAll(".lp-sr, :scope > span:last-child")].map((part) => part.textContent);

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-narrow]");
  if (!box) return;
  const typed = folded(box.value);
  let found = 0;
  for (const choice of choicesOf(box)) {
    const holds = wordsOf(choice).some((words) => folded(words).includes(typed));
    found += holds;
    choice.hidden = !holds && !choice.querySelector(":checked");
  }
  const told = box.parentElement.querySelector("[data-none]");
  told.textContent = found ? "" : told.dataset.none;
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-narrow]");
  if (!box || event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  const left = choicesOf(box).filter((choice) => !choice.hidden && !choice.querySelector(":checked"));
  if (box.value && left.length === 1) left[0].querySelector("input").click();
});
