// A role's form: what a verb needs is ticked along with it, and what needs an unticked one goes with it.
const form = document.querySelector("[data-role-form]");

function needs(box) {
  return (box.dataset.needs || "").split(" ").filter(Boolean);
}

form?.addEventListener("change", (event) => {
  const box = event.target;
  if (box.name !== "verbs") return;
  const boxes = [...form.querySelectorAll('input[name="verbs"]')];
  for (const other of boxes) {
    if (box.checked && needs(box).includes(other.value)) other.checked = true;
    if (!box.checked && needs(other).includes(box.value)) other.checked = false;
  }
});
