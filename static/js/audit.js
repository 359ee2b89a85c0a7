// The audit page: new entries show by themselves on the first page, unless the mouse is over the rows.
let over = false;
let shown = 0;

function refresh() {
  const table = document.querySelector("[data-audit-first]");
  const input = document.getElementById("filter-audit");
  document.querySelector("[data-audit-show]")?.setAttribute("hidden", "");
  if (table && input) input.form.dispatchEvent(new Event("haulout:filter"));
}

document.addEventListener("haulout:rows", (event) => {
  const newest = Number(event.target.querySelector?.("[data-audit-newest]")?.dataset.auditNewest);
  const table = document.querySelector("[data-audit-first]");
  if (!newest || !table?.dataset.auditFirst) return;
  shown ||= Number(table.dataset.auditFirst);
  if (newest <= shown) return;
  shown = newest;
  if (over) document.querySelector("[data-audit-show]")?.removeAttribute("hidden");
  else refresh();
});
document.addEventListener("pointerover", (event) => {
  over =
    event.pointerType === "mouse" && Boolean(event.target.closest?.("#list-audit .table-room"));
});
// the file holds what the line says now
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-audit-export]"))
    event.target.elements.q.value = document.getElementById("filter-audit").value;
});
// what of the line is a date, as dashboard/pages/audit/views.py has it
const DATE =
  /(?<=^|\s)(?:(?:date|since|until):\S+|today|yesterday|(?:\.\.)?\d{4}-\d{1,2}-\d{1,2}\S*)(?=\s|$)/gi;
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-date]");
  const input = document.getElementById("filter-audit");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  input.value =
    `${input.value.replace(DATE, "").replace(/\s+/g, " ").trim()} ${link.dataset.date}`.trim();
  input.form.dispatchEvent(new CustomEvent("haulout:filter", { detail: { step: true } }));
  chosen();
});
function chosen() {
  const said = document.querySelector("[data-dates-chosen]");
  const input = document.getElementById("filter-audit");
  if (said && input)
    said.textContent =
      (input.value.match(DATE) ?? []).map((one) => one.replace(/^date:/i, "")).join(" ") ||
      said.dataset.any;
}
document.addEventListener("htmx:afterSwap", chosen);
// the dates go into the line as it stands
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-dates]"))
    event.target.elements.q.value = document.getElementById("filter-audit").value;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-audit-show]")) refresh();
});
