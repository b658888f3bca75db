// Asks before a form or button with data-confirm (the question) is sent. data-confirm-text adds a sentence,
// data-confirm-yes the words of the button; without a script the server is asked straight away.
const frame = document.querySelector("[data-confirm-frame]");

let agreed = null;

function ask(source, words) {
  frame.querySelector("[data-confirm-title]").textContent = source.dataset.confirm;
  frame.querySelector("[data-confirm-text]").textContent = source.dataset.confirmText ?? "";
  frame.querySelector("[data-confirm-yes]").textContent = source.dataset.confirmYes ?? words;
  frame.returnValue = "";
  frame.showModal();
  frame.querySelector("[data-confirm-title]").focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const source = [button, form].find((element) => element?.dataset?.confirm);
  if (!source || !frame) return;
  if (agreed === source) {
    agreed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(source, button?.textContent.trim() ?? "");
  frame.addEventListener(
    "close",
    () => {
      if (frame.returnValue !== "yes") return;
      agreed = source;
      form.requestSubmit(button?.form === form ? button : undefined);
    },
    { once: true },
  );
});
