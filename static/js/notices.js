// What concerns the person on whatever page they are: numbers in the rail, and answers to what they asked.
import { watch } from "haulout/live-socket";
import { toast } from "haulout/toasts";

for (const mark of document.querySelectorAll("[data-count-of]")) {
  const list = mark.dataset.countOf;
  watch(`number-${list}`, {
    describe: () => ({ list }),
    apply: ({ total }) => {
      mark.textContent = total;
      mark.hidden = total === 0;
    },
  });
}

// of this browser, so that a second tab or the next page does not tell it again
const KEPT = "haulout-told";
const told = () => new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));

if (document.querySelector("[data-count-of]")) {
  watch("notices", {
    describe: () => ({ list: "requests-decided" }),
    apply: ({ rows }) => {
      const known = told();
      for (const html of Object.values(rows)) {
        const holder = document.createElement("template");
        holder.innerHTML = html;
        const line = holder.content.firstElementChild;
        // not its mark, which is another one once what was asked for is held
        const key = line.dataset.told;
        if (known.has(key)) continue;
        known.add(key);
        // whoever looks at it sees it there
        if (line.dataset.url === location.pathname) continue;
        // it stays until it was read: they wait for it, and may look elsewhere just now
        toast(line.textContent.trim(), {
          tone: line.dataset.tone,
          url: line.dataset.url,
          urlWord: line.dataset.word,
          stays: true,
        });
      }
      localStorage.setItem(KEPT, JSON.stringify([...known].slice(-50)));
    },
  });
}
