// The optimistic mark: a row whose button was pressed shows at once that something is under way, until
// the row itself changes, the request fails, or too much time has passed to believe it.
const LONGEST_MS = 30_000;

function mark(row, on) {
  row.toggleAttribute("data-pending", on);
  if (on) row.setAttribute("aria-busy", "true");
  else row.removeAttribute("aria-busy");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest?.("[data-pk]");
  if (!row || event.detail.requestConfig?.verb !== "post") return;
  mark(row, true);
  setTimeout(() => mark(row, false), LONGEST_MS);
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const row = event.target.closest?.("[data-pk]");
    if (row) mark(row, false);
    for (const other of document.querySelectorAll("tr[data-picked][data-pending]"))
      mark(other, false);
  });
}
