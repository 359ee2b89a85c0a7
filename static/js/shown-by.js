// In a form, what a choice makes needless is out of sight (data-shown-by="name=value|other"). Without this
// script all of it stands there.
const parts = document.querySelectorAll("form [data-shown-by]");

function fit() {
  for (const part of parts) {
    const [name, values] = part.dataset.shownBy.split("=");
    part.hidden = !values.split("|").includes(part.closest("form").elements[name].value);
  }
}

for (const form of new Set([...parts].map((part) => part.closest("form")))) form.addEventListener("change", fit);
// the browser may have filled in what was chosen before
window.addEventListener("pageshow", fit);
fit();
