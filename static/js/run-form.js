// The run form: rows come and go, every change is checked by the server, a pasted line fills the fields.
import { toFirstWrong } from "haulout/wrong-fields";

const form = document.getElementById("run-form");
const PAUSE_MS = 300;
const SETTLED_MS = 50;
let pause = null;

function check(delay = PAUSE_MS) {
  clearTimeout(pause);
  pause = setTimeout(() => window.htmx.trigger(document.body, "run-check"), delay);
}

function fresh(kind) {
  const row = document
    .querySelector(`template[data-row-spare="${kind}"]`)
    .content.firstElementChild.cloneNode(true);
  const key = row.querySelector("input[type=hidden]");
  const old = key.value;
  key.value = Math.random().toString(16).slice(2, 10);
  for (const part of [row, ...row.querySelectorAll(`[id$="${old}"]`)]) {
    if (part.id) part.id = part.id.replace(old, key.value);
    const about = part.getAttribute("aria-describedby");
    if (about) part.setAttribute("aria-describedby", about.replace(old, key.value));
  }
  return row;
}

function add(kind) {
  const row = fresh(kind);
  form.querySelector(`[data-rows-of="${kind}"]`).append(row);
  return row;
}

form?.addEventListener("click", (event) => {
  const adding = event.target.closest("[data-row-add]");
  if (adding) add(adding.dataset.rowAdd).querySelector("input:not([type=hidden])").focus();
  const removing = event.target.closest("[data-row-remove]");
  if (removing) {
    const row = removing.closest("[data-row]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const kind = row.parentElement.dataset.rowsOf;
    row.remove();
    (
      next?.querySelector("[data-row-remove]") ?? form.querySelector(`[data-row-add="${kind}"]`)
    ).focus();
    check(0);
  }
  const offer = event.target.closest("[data-offer]");
  if (offer) {
    const field = document.getElementById("run-image");
    field.value = offer.dataset.offer;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
});
form?.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-name-offer]");
  if (!offer) return;
  const field = form.elements.name;
  field.value = offer.dataset.nameOffer;
  field.focus();
  check(0);
});
form?.addEventListener("input", () => check());
form?.addEventListener("change", () => check(0));

// the tries stand beside "when it fails" alone
function tries() {
  const shown = form.elements.restart.value === "on-failure";
  form.querySelector(".only-on-failure").hidden = !shown;
}
form?.elements.restart.addEventListener("change", tries);
if (form) tries();

// words that stay the same are not put in again: nothing jumps, nothing is read out twice
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const next = fragment.firstElementChild ?? fragment;
  if (
    target.matches(".said") &&
    target.textContent === next.textContent &&
    target.className === next.className
  ) {
    event.detail.shouldSwap = false;
  }
});

const fieldsOf = (said) => [...document.querySelectorAll(`[aria-describedby="${said.id}"]`)];

function mark() {
  for (const said of form.querySelectorAll(".said")) {
    const bad = said.classList.contains("said-bad");
    for (const field of fieldsOf(said)) {
      const places = field.matches("[data-row]")
        ? field.querySelectorAll(":scope > label input")
        : [field];
      for (const place of places) place.toggleAttribute("aria-invalid", bad);
      for (const place of places) if (bad) place.setAttribute("aria-invalid", "true");
    }
    const fold = said.closest("details");
    if (bad && fold) fold.open = true;
  }
}
document.addEventListener("htmx:afterSettle", () => {
  if (form) mark();
});
if (form) mark();

// folded parts of the preview stay as the reader left them
let specOpen = document.querySelector("[data-keep=spec]")?.open ?? true;
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.dataset?.keep === "spec") specOpen = event.target.open;
  },
  true,
);
document.addEventListener("htmx:afterSwap", (event) => {
  const fold = document.querySelector("[data-keep=spec]");
  if (event.detail.target.id === "run-preview" && fold) fold.open = specOpen;
});

// a check that was under way swaps the words once more, and they are marked as wrong only once that has settled
let leading = null;
function lead() {
  clearTimeout(leading);
  leading = setTimeout(() => {
    leading = null;
    mark();
    toFirstWrong(form);
  }, SETTLED_MS);
}
document.body.addEventListener("run-refused", lead);
document.addEventListener("htmx:afterSettle", () => {
  if (leading) lead();
});

function fill(answer) {
  for (const [name, text] of Object.entries(answer.fields)) form.elements[name].value = text;
  for (const [name, on] of Object.entries(answer.ticks)) form.elements[name].checked = on;
  for (const kind of ["port", "volume"]) {
    form.querySelector(`[data-rows-of="${kind}"]`).replaceChildren();
    for (const texts of answer[`${kind}s`]) {
      const row = add(kind);
      for (const [name, text] of Object.entries(texts)) {
        const control = row.querySelector(`[name="${kind}s_${name}"]`);
        control.value = text;
        if (control.type === "hidden" && text) {
          // more options: shown once there are some
          control.type = "text";
          control.className = "form-control mono";
        }
      }
    }
    if (!answer[`${kind}s`].length) add(kind);
  }
  for (const fold of form.querySelectorAll("details[data-more]")) {
    const used = [...fold.querySelectorAll("input, textarea, select")].some((one) => {
      if (one.type === "checkbox") return one.checked;
      return one.matches("select") ? one.selectedIndex > 0 : one.value;
    });
    if (used) fold.open = true;
  }
  tries();
  form.elements.image.dispatchEvent(new Event("input", { bubbles: true }));
  check(0);
}

const pasting = document.querySelector("[data-paste-form]");
async function paste() {
  const said = document.getElementById("paste-said");
  const answer = await fetch(pasting.action, { method: "POST", body: new FormData(pasting) }).catch(
    () => null,
  );
  const read = answer && (answer.ok || answer.status === 422) ? await answer.json() : null;
  const left = read?.left_out ?? [];
  said.textContent = read?.problem ?? left[0] ?? "";
  said.className = "said";
  said.classList.toggle("said-bad", Boolean(read?.problem));
  said.classList.toggle("said-warn", !read?.problem && left.length > 0);
  document.getElementById("paste-more").replaceChildren(
    ...left.slice(1).map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }),
  );
  if (!read || read.problem) return;
  fill(read);
  pasting.elements.line.value = "";
  if (!left.length) pasting.closest("details").open = false;
}
pasting?.addEventListener("submit", (event) => {
  event.preventDefault();
  paste();
});
pasting?.elements.line.addEventListener("paste", () => setTimeout(paste));
