// The figures of the charts as a table: newest, mean and highest of what is shown.
import { METRICS, NO_LIMIT, said } from "haulout/stats/figures";

const ROWS = ["cpu", "memory", "limit", "received", "sent", "read", "written", "pids"];
const PEAKS = { cpu: "cpu_peak", memory: "memory_peak" };

export function fill(body, { points, subjects, compared, from, to, say, second, noLimit }) {
  const rows = [];
  for (const metric of ROWS) {
    for (const one of subjects) {
      if (metric === "limit" && compared) continue;
      const word = metric in METRICS ? say(metric) : metric;
      rows.push([
        word,
        ...(compared ? [one.word] : []),
        ...figures(points, one.name, metric, { from, to, second, noLimit }),
      ]);
    }
  }
  rows.forEach((cells, at) => {
    const row = body.rows[at] ?? body.insertRow();
    cells.forEach((text, n) => {
      const cell = row.cells[n] ?? row.appendChild(document.createElement(n === 0 ? "th" : "td"));
      if (n === 0) cell.scope = "row";
      if (n >= cells.length - 3) cell.className = "num";
      if (cell.textContent !== text) cell.textContent = text;
    });
  });
}

function figures(points, subject, metric, { from, to, second, noLimit }) {
  const values = points.between(subject, metric, from, to);
  if (!values.length) return ["–", "–", "–"];
  const newest = values.at(-1);
  if (metric === "limit")
    return [newest >= NO_LIMIT ? noLimit : said(metric, newest, second), "–", "–"];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const peaks = PEAKS[metric] ? points.between(subject, PEAKS[metric], from, to) : [];
  const highest = Math.max(...values, ...peaks);
  const exact = metric === "pids" ? Math.round(mean * 10) / 10 : mean;
  return [newest, exact, highest].map((value) => said(metric, value, second));
}
