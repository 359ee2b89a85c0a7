// A typed Containerfile is kept in this tab alone, by person: a build that failed finds it again.
const form = document.querySelector("form[data-keep]");
const text = form?.elements.text;
const shown = (name) => form.querySelector(`[data-build-${name}]`);

function kept() {
  try {
    return sessionStorage.getItem(form.dataset.keep) ?? "";
  } catch {
    return "";
  }
}

function keep() {
  try {
    if (text.value) sessionStorage.setItem(form.dataset.keep, text.value);
    else sessionStorage.removeItem(form.dataset.keep);
  } catch {
    /* too long, or not permitted: then it is not kept */
  }
}

if (text) {
  if (text.value) keep();
  else if (kept()) {
    text.value = kept();
    shown("kept").hidden = false;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (shown("lost")) shown("lost").hidden = false;
  text.addEventListener("input", keep);
  shown("anew").addEventListener("click", () => {
    text.value = "";
    keep();
    shown("kept").hidden = true;
    text.focus();
  });
}
