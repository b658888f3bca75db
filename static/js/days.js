// form[data-days]: the presets, which are links, follow the kind of date that is chosen beside them.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-days]");
  if (!form || event.target.name !== "date") return;
  for (const link of form.querySelectorAll("a[data-preset]")) {
    const address = new URL(link.href);
    if (event.target.value === "ordered") address.searchParams.delete("date");
    else address.searchParams.set("date", event.target.value);
    link.href = address.pathname + address.search;
  }
});
