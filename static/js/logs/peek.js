// The last lines of a container's log in the side panel, live while it is open.
import { pieces } from "haulout/logs/colours";
import { LogSource } from "haulout/logs/source";
import { LineStore } from "haulout/logs/store";

const LINES = 10;
const KEEP_LINES = 5000;
// the container may answer nothing at all: only then is its silence said
const SILENT_MS = 1500;

function follow(room) {
  const box = room.querySelector("[data-peek-lines]");
  const said = room.querySelector("[data-peek-said]");
  const store = new LineStore();
  let state = "";
  const draw = () => {
    const rows = [];
    for (let number = Math.max(store.first, store.end - LINES); number < store.end; number += 1) {
      const { stream, text } = store.line(number);
      if (stream === "m") continue; // where it was restarted
      const row = document.createElement("div");
      row.className = `stream-${stream}`;
      row.textContent = pieces(text)
        .map((piece) => piece.text)
        .join("");
      rows.push(row);
    }
    box.replaceChildren(...rows);
    const word = room.dataset[state] ?? "";
    said.textContent = store.count || state !== "live" ? word : room.dataset.nothing;
  };
  const source = new LogSource(room.dataset.peekLogs, {
    opened() {
      store.clear();
    },
    lines(bytes) {
      if (store.count > KEEP_LINES) store.clear();
      store.add(bytes);
      draw();
    },
    gap() {},
    state(name) {
      state = name;
      if (name === "live" && !store.count)
        setTimeout(() => {
          if (room.isConnected) draw();
        }, SILENT_MS);
      else draw();
    },
  });
  source.open({ tail: LINES });
  return source;
}

const panel = document.getElementById("peek");
let open = null;
function look() {
  const room = panel.hidden ? null : panel.querySelector("[data-peek-logs]");
  if (open?.room === room) return;
  open?.source.close();
  open = room ? { room, source: follow(room) } : null;
}
if (panel)
  new MutationObserver(look).observe(panel, {
    childList: true,
    attributes: true,
    attributeFilter: ["hidden"],
  });
