// The filter line: filters while typing, suggests tokens and values, chips and quick filters rewrite it.
const PAUSE_MS = 250;

let pause = null;
let asked = 0;

const word = (input) => {
  const before = input.value.slice(0, input.selectionStart);
  const start = before.search(/(?:-?[A-Za-z]+:"[^"]*|[^\s]*)$/);
  return { start, text: before.slice(start) };
};

function send(input) {
  clearTimeout(pause);
  pause = setTimeout(() => input.form.dispatchEvent(new Event("haulout:filter")), PAUSE_MS);
}

function close(input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  list.hidden = true;
  list.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

async function suggest(input) {
  const { text } = word(input);
  asked += 1;
  const mine = asked;
  const url = new URL(input.form.action || location.href, location.href);
  url.search = new URLSearchParams({ suggest: text });
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (mine !== asked || !answer?.ok || document.activeElement !== input) return;
  const { suggestions } = await answer.json();
  const useful = suggestions.filter(({ insert }) => insert !== text);
  if (!useful.length) {
    close(input);
    return;
  }
  const list = document.getElementById(input.getAttribute("aria-controls"));
  list.replaceChildren(
    ...useful.map(({ insert, hint }, at) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${at}`;
      item.role = "option";
      item.dataset.insert = insert;
      const code = document.createElement("code");
      code.textContent = insert;
      const soft = document.createElement("span");
      soft.className = "soft";
      soft.textContent = hint;
      item.append(code, soft);
      return item;
    }),
  );
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

function take(input, item) {
  const { start, text } = word(input);
  const insert = item.dataset.insert + (item.dataset.insert.endsWith(":") ? "" : " ");
  const { value } = input;
  input.value = value.slice(0, start) + insert + value.slice(start + text.length).trimStart();
  input.setSelectionRange(start + insert.length, start + insert.length);
  close(input);
  if (insert.endsWith(":")) suggest(input);
  else send(input);
}

function move(input, step) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const items = [...list.children];
  if (!items.length) {
    suggest(input);
    return;
  }
  const at = items.findIndex((item) => item.ariaSelected === "true");
  items[at]?.removeAttribute("aria-selected");
  const next = items[(at + step + items.length) % items.length];
  next.ariaSelected = "true";
  next.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", next.id);
}

document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-filter-input]");
  if (!input) return;
  suggest(input);
  send(input);
});

document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-filter-input]");
  if (!input) return;
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const chosen = list.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(input, event.key === "ArrowDown" ? 1 : -1);
  } else if ((event.key === "Enter" || event.key === "Tab") && chosen) {
    event.preventDefault();
    take(input, chosen);
  } else if (event.key === "Enter") close(input);
  else if (event.key === "Escape") {
    event.stopPropagation();
    if (list.hidden) input.blur();
    else close(input);
  }
});

document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest(".suggest [data-insert]");
  if (!item) return;
  event.preventDefault();
  take(document.querySelector(`[aria-controls="${item.parentElement.id}"]`), item);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-filter-input]")) close(event.target);
});

// what is shown is what is saved
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches?.("[data-view-save]")) event.detail.parameters.query = location.search;
});

// chips and quick filters carry the whole new line; without scripts they are plain links
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const input = document.querySelector("[data-filter-input]");
  if (!link || !input || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  input.value = link.dataset.line;
  step(input.form);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-group-by]")) step(event.target.form);
});

// a click is a step that the back button takes back; what is typed is none
function step(form) {
  form.dispatchEvent(new CustomEvent("haulout:filter", { detail: { step: true } }));
}
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const { history, requestConfig } = event.detail;
  if (
    requestConfig?.triggeringEvent?.detail?.step &&
    history.path !== location.pathname + location.search
  )
    history.type = "push";
});

// the sort lives in the form too, so that typing keeps it; and empty fields stay out of the address
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("[data-filter]");
  if (!form) return;
  const given = event.detail.parameters;
  if (given.q) given.q = given.q.trim();
  for (const name of ["sort", "group", "cols"]) if (!given[name]) delete given[name];
  // an address without any view opens the default one
  if (
    !given.q &&
    (given.sort || given.group || given.cols || !document.querySelector("[data-view-default]"))
  )
    delete given.q;
});
document.addEventListener("htmx:afterSwap", () => {
  const here = new URLSearchParams(location.search);
  for (const link of document.querySelectorAll(".quick-link")) {
    link.toggleAttribute("aria-current", false);
    if (link.dataset.line === (here.get("q") ?? "")) link.setAttribute("aria-current", "true");
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sort-link]");
  const hidden = document.querySelector("[data-filter] input[name=sort]");
  if (link && hidden) hidden.value = new URL(link.href).searchParams.get("sort") ?? "";
});
