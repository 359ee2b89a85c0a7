// A form that comes back with something wrong in it: the first wrong field has the focus and its words, and a
// screen reader hears of the others. What stands in the page while somebody types moves nothing.
import { politely, word } from "haulout/say";

const WORDS = ".field-error, .said-bad, .trouble.tone-bad[role=alert]";
const CONTROLS = "input:not([type=hidden], [type=file]), textarea, select, input[type=file]";
// what holds a field beside its words, the smallest first
const HOLDERS = ".field, [data-row], fieldset:not(.card)";
let numbered = 0;

// a verdict or preview beside the form speaks for itself
const counts = (words) =>
  words.textContent.trim() && (words.dataset.about || !words.closest("[role=status], [aria-live]"));
const usable = (control) => !control.disabled && control.checkVisibility();

// within: an element, or several of which the nearest to the words is meant
function first(holder) {
  if (!holder) return null;
  if (holder.matches(CONTROLS)) return usable(holder) ? holder : null;
  const all = [...holder.querySelectorAll(CONTROLS)].filter(usable);
  return all.find((one) => one.matches("[aria-invalid=true]")) ?? all[0] ?? null;
}

// the field that words are about: as they say themselves, as the field says, or the one that stands with them
function fieldOf(words) {
  const form = words.closest("form");
  const named = words.dataset.about && document.getElementById(words.dataset.about);
  const told = words.id && form.querySelector(`[aria-describedby~="${CSS.escape(words.id)}"]`);
  return first(named || told || words.closest(HOLDERS));
}

function tie(field, words) {
  if (!words.id) {
    numbered += 1;
    words.id = `wrong-${numbered}`;
  }
  field.setAttribute("aria-invalid", "true");
  const about = (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  const told = field.closest(`[aria-describedby~="${CSS.escape(words.id)}"]`);
  if (!told) field.setAttribute("aria-describedby", [...about, words.id].join(" "));
}

function unfold(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details"))
    fold.open = true;
}

/** Focus what is wrong first in `root`'s forms. False when nothing is. */
export function toFirstWrong(root) {
  const forms = root.closest?.("form") ? [root] : root.querySelectorAll("form");
  const all = [...forms].flatMap((one) => [...one.querySelectorAll(WORDS)]).filter(counts);
  for (const words of all) unfold(words);
  const seen = all.filter((words) => words.checkVisibility());
  if (!seen.length) return false;
  const places = seen.map((words) => {
    const field = fieldOf(words);
    if (field) tie(field, words);
    else words.tabIndex = -1;
    return field ?? words;
  });
  places[0].focus();
  seen[0].scrollIntoView({ block: "nearest" });
  const count = new Set(places).size;
  if (count > 1) politely(word("wrong", { n: count }));
  return true;
}

document.addEventListener("htmx:afterSettle", (event) => {
  const sent = event.detail.requestConfig?.triggeringEvent;
  if (sent?.type === "submit") toFirstWrong(event.target);
});
// a page that answers a form
if (document.querySelector("main[data-sent]")) toFirstWrong(document);
