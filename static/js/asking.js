// The verdict beside a form: what stays the same is not put in again, nor read out again.
const last = new WeakMap();

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (!target.matches?.("[data-asking]")) return;
  if (last.get(target) === xhr.responseText) event.detail.shouldSwap = false;
  else if (xhr.status === 200) last.set(target, xhr.responseText);
});
// a verdict is nothing that a person asked for: when it does not come, the click still says it
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.elt?.matches?.("[data-asking]")) event.stopImmediatePropagation();
  });
}
