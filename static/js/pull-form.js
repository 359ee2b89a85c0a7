// The pull form, on its page and in its dialog: offers replace their line. In every form that sends to
// several hosts, groups tick theirs.
const formOf = (element) => element.closest?.("#pull-form");

document.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-offer][data-line]");
  const form = offer && formOf(offer);
  if (!form) return;
  const area = form.elements.images;
  let at = -1;
  // lines count without the empty ones, as the server counts them
  area.value = area.value
    .split("\n")
    .map((line) => {
      if (line.trim()) at += 1;
      return line.trim() && at === Number(offer.dataset.line) ? offer.dataset.offer : line;
    })
    .join("\n");
  area.dispatchEvent(new Event("change", { bubbles: true }));
  area.focus();
});

document.addEventListener(
  "change",
  (event) => {
    const form = event.target.closest?.("[data-targets]");
    if (!form || event.target.type !== "checkbox") return;
    const box = (pk) => form.querySelector(`[name=endpoint][value="${pk}"]`);
    const members = (group) => group.dataset.members.split(" ").map(box);
    if (event.target.name === "group") {
      for (const one of members(event.target)) one.checked = event.target.checked;
    }
    for (const group of form.querySelectorAll("[name=group]")) {
      const all = members(group);
      group.checked = all.every((one) => one.checked);
      group.indeterminate = !group.checked && all.some((one) => one.checked);
    }
  },
  true,
);

// What a search found becomes a line; Enter in the search box searches instead of pulling.
document.addEventListener("click", (event) => {
  const found = event.target.closest("[data-found]");
  const form = found && formOf(found);
  if (!form) return;
  const area = form.elements.images;
  const lines = area.value
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (!lines.includes(found.dataset.found)) area.value = [...lines, found.dataset.found].join("\n");
  area.dispatchEvent(new Event("change", { bubbles: true }));
  area.focus();
});
document.addEventListener("keydown", (event) => {
  const go = event.key === "Enter" && event.target.dataset?.enter;
  if (!go) return;
  event.preventDefault();
  document.querySelector(go)?.click();
});
