// Search from anywhere: Ctrl-K or the button in the top bar. The server finds; arrows choose, Enter opens.
const dialog = document.getElementById("search");
const input = dialog?.querySelector("input");
// Enter before the answer: followed once the results are those of what was typed
let waiting = null;
const current = () =>
  (dialog.querySelector("#search-results").dataset.typed ?? "") === input.value.trim();
const lines = () => [...dialog.querySelectorAll("[role=option]")];

function open() {
  if (dialog.open) {
    input.select();
    return;
  }
  input.value = "";
  dialog.querySelector("#search-results").replaceChildren();
  dialog.showModal();
  input.dispatchEvent(new CustomEvent("haulout:search"));
}

function choose(line) {
  for (const other of lines()) other.setAttribute("aria-selected", String(other === line));
  if (line) {
    input.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = lines();
  const at = all.findIndex((line) => line.getAttribute("aria-selected") === "true");
  choose(all[(at + by + all.length) % all.length]);
}

function follow(event) {
  event.preventDefault();
  if (!current()) {
    waiting = event;
    return;
  }
  const line = dialog.querySelector("[role=option][aria-selected=true]") ?? lines()[0];
  if (!line) return;
  if (event.ctrlKey || event.metaKey) window.open(line.href, "_blank", "noopener");
  else line.click();
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (
      (event.ctrlKey || event.metaKey) &&
      !event.altKey &&
      !event.shiftKey &&
      event.key.toLowerCase() === "k"
    ) {
      if (event.target.closest?.("[data-takes-keys]")) return;
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-search-open]")) open();
  });
  input.addEventListener("input", () => {
    waiting = null;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      step(1);
    }
    if (event.key === "ArrowUp") {
      event.preventDefault();
      step(-1);
    }
    if (event.key === "Enter") follow(event);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-asks]")) dialog.close();
  });
  dialog.addEventListener("htmx:afterSettle", () => {
    if (input.value.trim()) choose(lines()[0]);
    if (!waiting || !current()) return;
    const event = waiting;
    waiting = null;
    follow(event);
  });
}
