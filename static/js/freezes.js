// The banner of freeze windows comes and goes on the pages that are open. Who asks what may be done now
// (forms with a verdict) hears of it: haulout:frozen.
import { watch } from "haulout/live-socket";
import { politely } from "haulout/say";

const banner = document.querySelector("[data-freezes]");
const lines = () => [...banner.querySelectorAll("[data-pk]")];

function apply({ order, rows }) {
  const there = new Map(lines().map((line) => [line.dataset.pk, line]));
  const next = order
    .map((pk) => {
      if (!rows[pk]) return there.get(String(pk));
      const holder = document.createElement("template");
      holder.innerHTML = rows[pk];
      return holder.content.firstElementChild;
    })
    .filter(Boolean);
  const same =
    next.length === there.size && next.every((line) => there.get(line.dataset.pk) === line);
  if (same) return;
  const fresh = next.filter((line) => there.get(line.dataset.pk) !== line);
  banner.replaceChildren(...next);
  banner.hidden = next.length === 0;
  for (const line of fresh) politely(line.textContent.trim());
  document.body.dispatchEvent(new CustomEvent("haulout:frozen"));
}

if (banner) {
  watch("freezes", {
    describe: () => ({
      list: "freezes",
      have: Object.fromEntries(lines().map((line) => [line.dataset.pk, line.dataset.mark])),
    }),
    apply,
  });
}
