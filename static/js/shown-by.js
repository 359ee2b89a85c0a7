// A token's form: what a choice makes needless is out of sight. Without this script all of it stands there.
const form = document.querySelector("[data-token-form]");

function fit() {
  for (const part of form.querySelectorAll("[data-shown-by]")) {
    const [name, value] = part.dataset.shownBy.split("=");
    part.hidden = form.elements[name].value !== value;
  }
}

if (form) {
  form.addEventListener("change", fit);
  // the browser may have filled in what was chosen before
  window.addEventListener("pageshow", fit);
  fit();
}
