// The ring of running jobs in the top bar: a live list of which only the count is shown.
import { watch } from "haulout/live-socket";

const ring = document.getElementById("running-jobs");

if (ring) {
  const number = ring.querySelector(".running-count");
  const word = ring.querySelector(".running-word");
  watch("ring", {
    describe: () => ({ list: "jobs", q: "state:queued state:running" }),
    apply: ({ total }) => {
      number.textContent = total;
      word.textContent = total === 1 ? word.dataset.one : word.dataset.many;
      ring.dataset.count = total;
      ring.toggleAttribute("data-quiet", total === 0);
    },
  });
}
