// What needs an approval, or an override, is sent once more with the reason, after the server has said so (HX-Trigger: needs-approval).
const FIELD = "approval_reason";
const CLOSES = ["data-dialog-form", "data-dialog-again"];
let submitter = null;

document.addEventListener(
  "submit",
  (event) => {
    submitter = event.submitter;
  },
  true,
);

// the dialog in which somebody clicked closes on a good answer; this one is no answer yet
function keepOpen(form) {
  const kept = CLOSES.filter((name) => form?.hasAttribute(name));
  for (const name of kept) form.removeAttribute(name);
  return () => {
    for (const name of kept) form.setAttribute(name, "");
  };
}

function ask({ words, override, who }, { done, left }) {
  const dialog = document
    .getElementById("approval-question")
    .content.firstElementChild.cloneNode(true);
  const why = dialog.querySelector("input");
  const before = document.activeElement;
  dialog.querySelector("[data-approval-words]").textContent = words;
  const decides = dialog.querySelector("[data-approval-who]");
  decides.textContent = who;
  decides.hidden = !who;
  for (const one of dialog.querySelectorAll(
    override ? "[data-approval-only]" : "[data-override-only]",
  ))
    one.remove();
  let reason = "";
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    reason = why.value.trim();
    if (reason) dialog.close();
    else why.focus();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
    if (reason) done(reason);
    else left();
  });
  document.body.append(dialog);
  dialog.showModal();
  why.focus();
}

function again(asking, button, reason) {
  const form = asking.closest("form");
  if (form) {
    const field = Object.assign(document.createElement("input"), {
      type: "hidden",
      name: FIELD,
      value: reason,
    });
    form.append(field);
    const usable = button?.isConnected && button.form === form;
    form.requestSubmit(usable ? button : null);
    field.remove();
    return;
  }
  const given = asking.getAttribute("hx-vals");
  asking.setAttribute("hx-vals", JSON.stringify({ ...JSON.parse(given || "{}"), [FIELD]: reason }));
  asking.click();
  if (given === null) asking.removeAttribute("hx-vals");
  else asking.setAttribute("hx-vals", given);
}

document.addEventListener("needs-approval", (event) => {
  const asking = event.target;
  const button = submitter;
  const restore = keepOpen(asking.closest("form"));
  ask(event.detail, {
    done: (reason) => {
      restore();
      again(asking, button, reason);
    },
    left: restore,
  });
});
