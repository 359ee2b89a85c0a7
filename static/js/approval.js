// What needs an approval is sent once more, with the reason, after the server has said so (HX-Trigger: needs-approval).
const FIELD = "approval_reason";
let submitter = null;

document.addEventListener("submit", (event) => { submitter = event.submitter; }, true);

function ask({ words, override }, then) {
  const dialog = document.getElementById("approval-question").content.firstElementChild.cloneNode(true);
  const why = dialog.querySelector("input");
  const before = document.activeElement;
  dialog.querySelector("[data-approval-words]").textContent = words;
  for (const one of dialog.querySelectorAll(override ? "[data-approval-only]" : "[data-override-only]")) one.remove();
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const reason = why.value.trim();
    if (!reason) { why.focus(); return; }
    dialog.close();
    then(reason);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  why.focus();
}

function again(asking, button, reason) {
  const form = asking.closest("form");
  if (form) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: FIELD, value: reason });
    form.append(field);
    const usable = button?.isConnected && button.form === form;
    form.requestSubmit(usable ? button : null);
    field.remove();
    return;
  }
  const given = asking.getAttribute("hx-vals");
  asking.setAttribute("hx-vals", JSON.stringify({ ...JSON.parse(given || "{}"), [FIELD]: reason }));
  asking.click();
  if (given === null) asking.removeAttribute("hx-vals"); else asking.setAttribute("hx-vals", given);
}

document.addEventListener("needs-approval", (event) => {
  const asking = event.target;
  const button = submitter;
  ask(event.detail, (reason) => again(asking, button, reason));
});
