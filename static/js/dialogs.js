// Dialogs come from the server into #dialogs as <dialog data-dialog> and open themselves; they close on success.
let opener = null;

function open(root) {
  for (const dialog of root.querySelectorAll("dialog[data-dialog]:not([open])")) {
    // one that comes back in the place of another leads back to what opened the first
    const before = document.activeElement === document.body ? opener : document.activeElement;
    opener = before;
    dialog.showModal();
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
    });
    for (const field of dialog.querySelectorAll("[data-must-equal]")) guard(dialog, field);
  }
}

function guard(dialog, field) {
  const button = dialog.querySelector(".dialog-foot .btn:last-child");
  const check = () => {
    button.disabled = field.value.trim() !== field.dataset.mustEqual;
  };
  field.addEventListener("input", check);
  check();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dialog-close]") || event.target.matches("dialog[data-dialog]")) {
    event.target.closest("dialog").close();
  }
});
document.addEventListener("htmx:afterSwap", (event) => {
  const holder = document.getElementById("dialogs");
  if (holder && (event.detail.target === holder || holder.contains(event.detail.target)))
    open(holder);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-dialog-form]");
  if (form && event.detail.successful) form.closest("dialog")?.close();
});
// a form that may come back with a word about what was typed closes on an answer without content
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-dialog-again]");
  if (form && event.detail.xhr.status === 204) form.closest("dialog")?.close();
});
