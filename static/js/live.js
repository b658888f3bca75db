// Says texts to screen readers through the page's one polite region, [data-live].
// After a part of the page was replaced it says the new [data-say], if its text is another than before (the server rounds it to steps).

let waiting = 0;

/** Say `text` once the reader has had a moment; a later text within `delay` ms takes its place. */
export function say(text, delay = 500) {
  const region = document.querySelector("[data-live]");
  if (!region) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    region.textContent = text;
  }, delay);
}

/** Put values into a text's {places}; the texts come from the server, in the reader's language. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

const said = new Map();

function sayNews() {
  for (const element of document.querySelectorAll("[data-say]")) {
    const key = element.id || "page";
    if (said.get(key) === element.dataset.say) continue;
    if (said.has(key)) say(element.dataset.say, 100);
    said.set(key, element.dataset.say);
  }
}

sayNews();
document.addEventListener("htmx:afterSettle", sayNews);
document.addEventListener("lapak:swap", sayNews);
