// Selected rows and the bulk bar, which says exactly what is meant: "12 containers on 5 hosts · 2 not permitted".
const list = (element) => element.closest("live-list");
const picked = (of) =>
  [...of.querySelectorAll("[data-pick]:checked")].map((box) => box.closest("tr"));
const denied = (row, verb) => (row.dataset.denied ?? "").split(" ").includes(verb);
const can = (row, verb) => (row.dataset.verbs ?? "").split(/\s+/).includes(verb);

function show(of) {
  const bar = of.querySelector("[data-bulk]");
  if (!bar) return;
  const rows = picked(of);
  bar.hidden = rows.length === 0;
  const all = of.querySelector("[data-pick-all]");
  const every = of.querySelectorAll("[data-pick]").length;
  if (all) {
    all.disabled = every === 0;
    all.checked = rows.length > 0 && rows.length === every;
    all.indeterminate = rows.length > 0 && rows.length < every;
  }
  if (!rows.length) return;
  const said = bar.querySelector("[data-bulk-said]");
  const hosts = new Set(rows.map((row) => row.dataset.host)).size;
  const words = said.dataset;
  const { one, many } = of.dataset;
  said.textContent = `${rows.length} ${rows.length === 1 ? one : many}`;
  if (of.dataset.list !== "hosts")
    said.textContent += ` ${words.on} ${hosts} ${hosts === 1 ? words.host : words.hosts}`;
  const buttons = [...bar.querySelectorAll("[data-bulk-verb]")];
  // rows that may be looked at only
  const changes = buttons
    .filter((button) => !("opens" in button.dataset))
    .map((button) => button.dataset.bulkVerb);
  const not = rows.filter(
    (row) => changes.length && changes.every((verb) => denied(row, verb)),
  ).length;
  if (not) said.textContent += ` · ${not} ${words.denied}`;
  for (const button of buttons) {
    const verb = button.dataset.bulkVerb;
    const possible = rows.filter((row) => can(row, verb)).length;
    const refused = rows.filter((row) => denied(row, verb)).length;
    button.disabled = possible === 0;
    button.querySelector("[data-number]").textContent =
      possible && possible < rows.length ? possible : "";
    const idle = rows.length - possible - refused;
    button.title = [idle && `${idle} ${words.not}`, refused && `${refused} ${words.denied}`]
      .filter(Boolean)
      .join(" · ");
  }
}

function choose(box, on) {
  box.checked = on;
  box.closest("tr").toggleAttribute("data-picked", on);
}

export function toggle(row) {
  row.querySelector("[data-pick-group]")?.click();
  const box = row.querySelector("[data-pick]");
  if (!box) return;
  choose(box, !box.checked);
  show(list(row));
}

export function send(of, verb) {
  const button = of.querySelector(`[data-bulk-verb="${verb}"]`);
  if (button && !button.disabled) button.click();
}

export const anyPicked = (of) => picked(of).length > 0;

let last = null;

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (box) {
    const of = list(box);
    const boxes = [...of.querySelectorAll("[data-pick]")];
    if (event.shiftKey && last && of.contains(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) choose(between, box.checked);
    }
    choose(box, box.checked);
    last = box;
    show(of);
  }
  const all = event.target.closest("[data-pick-all]");
  if (all) {
    for (const each of list(all).querySelectorAll("[data-pick]")) choose(each, all.checked);
    show(list(all));
  }
  const whole = event.target.closest("[data-pick-group]");
  if (whole) {
    let row = whole.closest("tr").nextElementSibling;
    for (; row && !("group" in row.dataset); row = row.nextElementSibling) {
      const inside = row.querySelector("[data-pick]");
      if (inside) choose(inside, whole.checked);
    }
    show(list(whole));
  }
  if (event.target.closest("[data-bulk-clear]")) {
    const of = list(event.target);
    for (const each of of.querySelectorAll("[data-pick]:checked")) choose(each, false);
    show(of);
  }
  const button = event.target.closest("[data-bulk-verb]");
  if (!button) return;
  const of = list(button);
  const { bulkVerb: verb, url } = button.dataset;
  const rows = picked(of).filter((row) => can(row, verb));
  const values = { object: rows.map((row) => row.dataset.key) };
  if ("opens" in button.dataset) {
    const query = new URLSearchParams(rows.map((row) => ["c", row.dataset.key]));
    location.assign(`${url}?${query}`);
    return;
  }
  // one rule: one object by mouse is no question; more than one, or by key, is
  if ("asks" in button.dataset || rows.length > 1 || event.detail === 0) {
    window.htmx.ajax("GET", url, { target: "#dialogs", swap: "innerHTML", values });
    return;
  }
  button.setAttribute("aria-busy", "true");
  for (const row of rows) row.dataset.pending = "";
  window.htmx
    .ajax("POST", url, { source: button, target: "#dialogs", swap: "none", values })
    .finally(() => button.removeAttribute("aria-busy"));
});

document.addEventListener("haulout:rows", (event) => show(event.target));

// the same in a plain form, as the preview of a prune
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-plan]");
  const all = form?.querySelector("[data-tick-all]");
  if (!all) return;
  const boxes = [...form.querySelectorAll("[name=object]")];
  if (event.target === all) for (const each of boxes) each.checked = all.checked;
  const ticked = boxes.filter((each) => each.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && !all.checked;
});
