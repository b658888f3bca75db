// form[data-upload]: a file can be dropped on [data-drop]; its name and size are shown before it leaves, one that is too
// big is refused at once, and sending shows how far it is. Without a script it is a plain file field.
import { fill, say } from "./live.js";

function readable(bytes) {
  const units = ["byte", "kilobyte", "megabyte"];
  const step = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
  const value = bytes / 1000 ** step;
  const digits = step === 2 && value < 10 ? 1 : 0;
  const format = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(value);
}

/** Shows the chosen file, or why it can't be taken; true when it can. */
function chosen(field) {
  const form = field.form;
  const file = field.files[0];
  const shown = form.querySelector("[data-file]");
  const refused = form.querySelector("[data-file-error]");
  const tooBig = file && file.size > Number(form.dataset.maxBytes ?? Infinity);
  const text = file ? fill(form.dataset.chosen, { name: file.name, size: readable(file.size) }) : "";
  shown.textContent = tooBig ? "" : text;
  refused.textContent = tooBig ? fill(form.dataset.tooBig, { name: file.name, size: readable(file.size) }) : "";
  refused.hidden = !tooBig;
  field.classList.toggle("lp-is-bad", Boolean(tooBig));
  if (tooBig) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  say(shown.textContent || refused.textContent);
  return Boolean(file) && !tooBig;
}

function dropping(zone, field) {
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("over");
  });
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    zone.classList.remove("over");
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** Puts the server's answer into this page: it was not a redirect, so it says what is wrong with the file. */
function answered(request, action) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.getElementById("main");
  if (!main || request.responseURL !== action) {
    location.assign(request.responseURL || action);
    return;
  }
  document.getElementById("main").replaceWith(document.importNode(main, true));
  const told = document.querySelector("#main [role=alert], #main [aria-invalid=true]");
  if (told) told.tabIndex = -1;
  told?.focus();
  start();
}

function send(upload, button) {
  const bar = upload.querySelector("progress[data-upload-progress]");
  const request = new XMLHttpRequest();
  const restore = () => {
    bar.hidden = true;
    button?.removeAttribute("aria-busy");
    delete upload.dataset.sending;
  };
  request.open("POST", upload.action);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.upload.addEventListener("load", () => bar.removeAttribute("value")); // arrived; the server is reading it
  request.addEventListener("load", () => answered(request, upload.action));
  request.addEventListener("error", () => {
    restore();
    const refused = upload.querySelector("[data-file-error]");
    refused.textContent = upload.dataset.offline;
    refused.hidden = false;
  });
  bar.max = 1;
  bar.value = 0;
  bar.hidden = false;
  button?.setAttribute("aria-busy", "true");
  upload.dataset.sending = "1";
  request.send(new FormData(upload, button));
}

function start() {
  const upload = document.querySelector("form[data-upload]");
  const field = upload?.querySelector("input[type=file]");
  if (!field) return;
  dropping(upload.querySelector("[data-drop]") ?? upload, field);
  field.addEventListener("change", () => chosen(field));
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    if (upload.dataset.sending || !chosen(field)) return;
    send(upload, event.submitter);
  });
}

start();
