// The kube form: a file is read here into the text; an error at its line can be jumped to.
const text = document.getElementById("kube-text");

document.querySelector("[data-kube-file]")?.addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file || file.size > 1024 * 1024) return;
  text.value = await file.text();
  event.target.value = "";
  text.form.dispatchEvent(new CustomEvent("haulout:read"));
});

document.addEventListener("click", (event) => {
  const line = Number(event.target.closest?.(".kube-wrong")?.dataset.line);
  if (!line) return;
  const before =
    text.value
      .split("\n")
      .slice(0, line - 1)
      .join("\n").length + (line > 1 ? 1 : 0);
  const end = text.value.indexOf("\n", before);
  text.focus();
  text.setSelectionRange(before, end < 0 ? text.value.length : end);
});

// the buttons of the plan send the form as a page, not as a preview
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#kube-plan button[name=do]");
  if (!button) return;
  event.preventDefault();
  const field = Object.assign(document.createElement("input"), {
    type: "hidden",
    name: "do",
    value: button.value,
  });
  text.form.append(field);
  button.disabled = true;
  text.form.submit();
});
