// Keys on lists and everywhere: / j k x Enter Space l r s g… ? — each also there for the mouse.
import { anyPicked, send, toggle } from "haulout/selection";

let going = 0;
const GO_MS = 1200;
const typing = (element) =>
  element.closest?.(
    "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog",
  );
const rows = () => [
  ...document.querySelectorAll(
    "live-list [data-rows] > tr[data-pk]:not([data-going], [hidden]), .table-audit tbody > tr[data-pk]",
  ),
];
const current = () =>
  document.activeElement?.closest?.("tr[data-pk]") ?? document.querySelector("tr[data-here]");

function stand(row) {
  for (const other of document.querySelectorAll("tr[data-here]")) delete other.dataset.here;
  if (!row) return;
  row.dataset.here = "";
  (row.querySelector("[data-open]") ?? row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  if (at < 0) stand(by > 0 ? all[0] : all.at(-1));
  else stand(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function verb(key) {
  const list = document.querySelector("live-list");
  const button = list?.querySelector(`[data-bulk-verb][data-key="${key}"]`);
  if (button && anyPicked(list)) {
    send(list, button.dataset.bulkVerb);
    return;
  }
  const place = current() ?? document.querySelector("[data-object-head]");
  const wanted = `[data-key="${key}"]:not([disabled])`;
  const found = place?.querySelector(wanted) ?? document.querySelector(`.tabs ${wanted}`);
  // a key is pressed by mistake sooner than a button: what would be done at once is asked about
  const url = found?.getAttribute("hx-post");
  if (url) window.htmx.ajax("GET", url, { target: "#dialogs", swap: "innerHTML" });
  else found?.click();
}

function peek() {
  const panel = document.getElementById("peek");
  const row = current();
  const url = row?.dataset.peek;
  if (!panel || !url) return false;
  if (!panel.hidden && panel.dataset.of === row.dataset.pk) {
    panel.hidden = true;
    return true;
  }
  panel.dataset.of = row.dataset.pk;
  panel.hidden = false;
  window.htmx.ajax("GET", url, { target: "#peek", swap: "innerHTML" });
  return true;
}

function help() {
  const keys = document.getElementById("keys-help");
  if (keys && !keys.open) keys.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const panel = document.getElementById("peek");
    if (panel) panel.hidden = true;
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open], [data-menu][open]")) return;
  if (Date.now() - going < GO_MS) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  const button = event.target.closest("button, a, summary, input");
  switch (event.key) {
    case "/": {
      const input = document.querySelector("[data-filter-input]");
      if (!input) return;
      input.focus();
      input.setSelectionRange(input.value.length, input.value.length);
      break;
    }
    case "j":
      step(1);
      break;
    case "k":
      step(-1);
      break;
    case "x": {
      const row = current();
      if (row) toggle(row);
      break;
    }
    case " ":
      if ((button && !button.matches("[data-open]")) || !peek()) return;
      break;
    case "Enter":
      if (button || !current()) return;
      current().querySelector("[data-open]")?.click();
      break;
    case "g":
      going = Date.now();
      break;
    case "?":
      help();
      break;
    case "l":
    case "r":
    case "s":
    case "t":
      verb(event.key);
      break;
    default:
      return;
  }
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) help();
  if (event.target.closest("[data-peek-close]")) document.getElementById("peek").hidden = true;
  const row = event.target.closest("tr[data-pk]");
  if (row && !event.target.closest("a, button, input, label, summary")) {
    if (getSelection()?.isCollapsed === false) return;
    stand(row);
    if (!document.getElementById("peek")?.hidden) peek();
  }
});
document.addEventListener("dblclick", (event) => {
  const row = event.target.closest("tr[data-pk]");
  if (row && !event.target.closest("a, button, input")) row.querySelector("[data-open]")?.click();
});
