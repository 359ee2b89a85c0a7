// Figures beside rows: CPU and memory of a container as a number and a bar. A row's own HTML holds empty
// cells, so that its mark stays true; the list's socket brings figures apart from rows.

import { word } from "haulout/say";
import { percent, size } from "haulout/stats/figures";

const CORE = 10_000;
const MUCH = 0.8;
const SVG = "http://www.w3.org/2000/svg";

function draw(name, given) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) node.setAttribute(key, value);
  return node;
}

function bar(share) {
  const room = draw("svg", { class: "bar", width: "100%", height: 3, "aria-hidden": "true" });
  room.append(
    draw("rect", { class: "bar-track", width: "100%", height: 3, rx: 1.5 }),
    draw("rect", {
      class: "bar-fill",
      width: `${(Math.min(1, share) * 100).toFixed(1)}%`,
      height: 3,
      rx: 1.5,
    }),
  );
  return room;
}

function fill(cell, text, share, title) {
  if (!cell || cell.told === title) return;
  cell.told = title;
  cell.title = title;
  const much = share !== null && share >= MUCH;
  const figure = document.createElement("span");
  figure.className = "figure";
  figure.toggleAttribute("data-much", much);
  if (much) {
    const mark = draw("svg", {
      class: "shape",
      viewBox: "0 0 10 10",
      width: 10,
      height: 10,
      "aria-hidden": "true",
    });
    mark.append(draw("path", { d: "M5 .9 9.4 8.9H.6z", fill: "currentColor" }));
    figure.append(mark);
  }
  figure.append(text);
  if (much) {
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = ` ${word("much")}`;
    figure.append(said);
  }
  cell.replaceChildren(figure);
  if (share !== null) {
    const drawn = bar(share);
    if (much) drawn.classList.add("tone-warn");
    cell.append(drawn);
  }
}

// figures: [CPU in 0.01 % of a core, memory, its limit or 0]; nothing where it is not measured
export function paint(row, figures) {
  const [cpu, memory] = [row.querySelector("[data-cpu]"), row.querySelector("[data-memory]")];
  if (!figures?.length) {
    for (const cell of [cpu, memory]) {
      if (!cell?.told) continue;
      cell.told = "";
      cell.removeAttribute("title");
      cell.innerHTML = '<span class="none">–</span>';
    }
    return;
  }
  const [used, bytes, limit] = figures;
  fill(cpu, percent(used / 100), used / CORE, word("ofCore", { share: percent(used / 100) }));
  if (limit) {
    const share = percent((100 * bytes) / limit);
    fill(
      memory,
      `${size(bytes)} · ${Math.round((100 * bytes) / limit)} %`,
      bytes / limit,
      word("ofLimit", { used: size(bytes), limit: size(limit), share }),
    );
  } else fill(memory, size(bytes), null, word("noLimit", { used: size(bytes) }));
}
