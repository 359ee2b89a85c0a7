// Dark, light or the system's: kept for a year in a cookie, so that the server renders it.
import { remember } from "haulout/remember";

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-theme-switch]");
  if (!box) return;
  const choice = event.target.value;
  document.documentElement.dataset.themeChoice = choice;
  document.documentElement.dispatchEvent(new Event("haulout:theme"));
  remember("theme", choice);
});
