// One button that unfolds all parts of a page ([data-fold-one]), and folds them again.
const button = document.querySelector("[data-unfold-all]");
const parts = [...document.querySelectorAll("[data-fold-one]")];
const open = button?.textContent;

function label() {
  button.textContent = parts.some((part) => !part.open) ? open : button.dataset.close;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const wanted = parts.some((part) => !part.open);
    for (const part of parts) part.open = wanted;
  });
  for (const part of parts) part.addEventListener("toggle", label);
}
