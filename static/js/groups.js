// Groups in a list: a head folds the rows below it. What is folded stays so while the tab is open.
const KEY = "haulout-folded";
const folded = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));

function draw(list) {
  let hide = false;
  let boxes = [];
  let head = null;
  const close = () => {
    const box = head?.querySelector("[data-pick-group]");
    if (!box) return;
    const chosen = boxes.filter((one) => one.checked).length;
    box.checked = chosen > 0 && chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  for (const row of list.querySelectorAll("[data-rows] > tr")) {
    if ("group" in row.dataset) {
      close();
      [head, boxes, hide] = [row, [], folded.has(row.dataset.pk)];
      row.querySelector("[data-fold]").setAttribute("aria-expanded", String(!hide));
      continue;
    }
    row.hidden = hide;
    const box = row.querySelector("[data-pick]");
    if (box) boxes.push(box);
  }
  close();
}

// a list inside another page may have no filter line, which carries the choice
function offer() {
  for (const select of document.querySelectorAll("[data-group-by]"))
    select.parentElement.hidden = !select.form;
}

const grouped = (list) => list?.dataset.group;

document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-fold]");
  if (fold) {
    const { pk } = fold.closest("tr").dataset;
    const list = fold.closest("live-list");
    if (event.altKey) {
      // all of them as this one will be
      const close = !folded.has(pk);
      for (const head of list.querySelectorAll("[data-group]"))
        folded[close ? "add" : "delete"](head.dataset.pk);
    } else if (!folded.delete(pk)) folded.add(pk);
    sessionStorage.setItem(KEY, JSON.stringify([...folded].slice(-500)));
    draw(list);
    return;
  }
  const list = event.target.closest("live-list");
  if (grouped(list)) draw(list);
});
document.addEventListener("haulout:rows", (event) => {
  if (grouped(event.target)) draw(event.target);
});
offer();
document.addEventListener("htmx:afterSettle", () => {
  offer();
  for (const list of document.querySelectorAll("live-list[data-group]"))
    if (grouped(list)) draw(list);
});
for (const list of document.querySelectorAll("live-list[data-group]"))
  if (grouped(list)) draw(list);
