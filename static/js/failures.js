// One's own failed jobs, told on whatever page one is. A message stays until somebody closes it or opens
// what it leads to; the server remembers that, so that no other tab and no later page tells it again.
import { watch } from "haulout/live-socket";
import { leave, toast } from "haulout/toasts";

const shown = new Map();
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

function seen({ until, job = "", batch = "" }) {
  const body = new URLSearchParams({ until, job, batch });
  fetch("/jobs/seen/", {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token() },
    keepalive: true,
  }).catch(() => {});
}

function tell(pk, row) {
  const { url, word } = row.dataset;
  const text = row.textContent.trim();
  const old = shown.get(pk);
  if (old) {
    // more jobs of the same action: the message counts on where it stands
    old.told = row.dataset;
    const words = old.line.querySelector("span").firstChild;
    if (words.textContent !== text) words.textContent = text;
    return;
  }
  if (url === location.pathname) {
    // it is told there
    seen(row.dataset);
    return;
  }
  // “Starting web” of the same job has been overtaken
  for (const link of document.querySelectorAll(`#toasts a[href="${CSS.escape(url)}"]`))
    leave(link.closest(".toast-line"));
  const one = { told: row.dataset };
  one.line = toast(text, {
    tone: "bad",
    url,
    urlWord: word,
    stays: true,
    closed: () => {
      shown.delete(pk);
      seen(one.told);
    },
  });
  one.line.dataset.failure = pk;
  one.line.querySelector("a").addEventListener("click", () => seen(one.told));
  shown.set(pk, one);
}

if (document.getElementById("running-jobs")) {
  watch("failures", {
    describe: () => ({ list: "jobs-failures" }),
    apply: ({ order, rows }) => {
      const there = new Set(order);
      for (const [pk, one] of shown) {
        if (there.has(pk)) continue;
        leave(one.line);
        shown.delete(pk);
      }
      for (const pk of order) {
        if (!(pk in rows)) continue;
        const holder = document.createElement("template");
        holder.innerHTML = rows[pk];
        tell(pk, holder.content.firstElementChild);
      }
    },
  });
}
