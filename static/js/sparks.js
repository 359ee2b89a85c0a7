// Lines of the last hour in lists of containers. Rows know nothing of them, so that their marks stay true:
// each row has an empty cell, which is filled here and filled again when the row is replaced.
import { remember } from "haulout/remember";
import { percent, size } from "haulout/stats/figures";

const AGAIN_MS = 60_000;
const AT_ONCE = 50;
const WIDTH = 56;
const HEIGHT = 13;
const FRESH = 3;
const SVG = "http://www.w3.org/2000/svg";
const known = new Map();
let timer = null;
let asking = null;

const toggle = () => document.querySelector("[data-sparks-toggle]");
const cells = () => [
  ...document.querySelectorAll("live-list[data-list=containers] tr[data-key] [data-spark]"),
];
const keyOf = (cell) => cell.closest("tr").dataset.key;
const shown = () =>
  toggle()?.getAttribute("aria-pressed") === "true" && cells().some((cell) => cell.offsetParent);

function line(values, most) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("width", WIDTH);
  svg.setAttribute("height", HEIGHT);
  svg.setAttribute("aria-hidden", "true");
  const step = WIDTH / Math.max(1, values.length - 1);
  let run = [];
  const end = () => {
    if (!run.length) return;
    if (run.length === 1) run.push([run[0][0] + step, run[0][1]]);
    const drawn = document.createElementNS(SVG, "polyline");
    drawn.setAttribute("points", run.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
    svg.append(drawn);
    run = [];
  };
  values.forEach((value, at) => {
    if (value === null) end();
    else run.push([at * step, HEIGHT - 1 - (value / most) * (HEIGHT - 2)]);
  });
  end();
  return svg;
}

function paint(cell) {
  const spark = known.get(keyOf(cell));
  if (cell.painted === spark) return;
  cell.painted = spark;
  cell.replaceChildren();
  if (!spark) return;
  // what stopped minutes ago uses nothing now, whatever its line says
  const newest = (values, say) => {
    const value = values.slice(-FRESH).findLast((one) => one !== null);
    return value === undefined ? "–" : say(value);
  };
  const parts = [
    ["cpu", spark.cpu, Math.max(2, ...spark.cpu), newest(spark.cpu, percent)],
    ["memory", spark.memory, Math.max(1, ...spark.memory) * 1.1, newest(spark.memory, size)],
  ];
  const room = document.createElement("span");
  room.className = "spark";
  room.setAttribute("role", "img");
  const words = toggle()?.dataset.say ?? "";
  room.setAttribute(
    "aria-label",
    words.replace("%(cpu)s", parts[0][3]).replace("%(memory)s", parts[1][3]),
  );
  room.title = room.getAttribute("aria-label");
  for (const [name, values, most] of parts) {
    const half = document.createElement("span");
    half.className = `spark-${name}`;
    half.append(line(values, most));
    room.append(half);
  }
  cell.append(room);
}

async function ask(keys) {
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const query = new URLSearchParams(keys.slice(at, at + AT_ONCE).map((key) => ["key", key]));
    const answer = await fetch(`${toggle().dataset.url}?${query}`, { signal: asking.signal });
    if (!answer.ok) return;
    const { sparks } = await answer.json();
    for (const key of keys.slice(at, at + AT_ONCE)) known.set(key, sparks[key] ?? null);
  }
}

async function renew({ all }) {
  clearTimeout(timer);
  timer = setTimeout(() => renew({ all: true }), AGAIN_MS);
  cells().forEach(paint);
  if (document.hidden || !shown()) return;
  const keys = [...new Set(cells().map(keyOf))].filter((key) => all || !known.has(key));
  if (!keys.length) return;
  asking?.abort();
  asking = new AbortController();
  try {
    await ask(keys);
  } catch {
    // the lines stay as they were; the next minute asks again
    return;
  }
  if (all) for (const key of [...known.keys()]) if (!keys.includes(key)) known.delete(key);
  cells().forEach(paint);
}

function show(on) {
  toggle().setAttribute("aria-pressed", String(on));
  remember("sparks", on ? "on" : "off");
  for (const list of document.querySelectorAll("live-list[data-list=containers]"))
    list.toggleAttribute("data-no-sparks", !on);
  if (on) renew({ all: true });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sparks-toggle]");
  if (button) show(button.getAttribute("aria-pressed") !== "true");
});
document.addEventListener("haulout:rows", () => renew({ all: false }));
document.addEventListener("htmx:load", () => {
  if (toggle()) renew({ all: false });
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && toggle()) renew({ all: true });
});
addEventListener("resize", () => {
  if (toggle()) renew({ all: false });
});
if (toggle()) renew({ all: true });
