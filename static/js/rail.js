// The rail: folded on wide screens (a cookie remembers it), a drawer on narrow ones.
import { remember } from "haulout/remember";

const root = document.documentElement;

function drawer(shown) {
  root.classList.toggle("rail-shown", shown);
  const veil = document.querySelector("[data-rail-veil]");
  if (veil) veil.hidden = !shown;
  const opener = document.querySelector("[data-rail-open]");
  opener?.setAttribute("aria-expanded", String(shown));
  if (shown) document.querySelector(".rail-link")?.focus();
  else opener?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-rail-open]")) drawer(!root.classList.contains("rail-shown"));
  else if (event.target.closest("[data-rail-veil]")) drawer(false);
  const fold = event.target.closest("[data-rail-fold]");
  if (!fold) return;
  const narrow = root.dataset.rail !== "narrow";
  if (narrow) root.dataset.rail = "narrow";
  else delete root.dataset.rail;
  fold.setAttribute("aria-pressed", String(narrow));
  remember("rail", narrow ? "narrow" : "wide");
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.classList.contains("rail-shown")) drawer(false);
});
