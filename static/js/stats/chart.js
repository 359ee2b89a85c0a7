// One chart: uPlot in our colours, with our own legend, zoomed and pointed at together with the others.

import { count, FAINT, METRICS, percent, said, size } from "haulout/stats/figures";
import uPlot from "uplot";

const HEIGHT = 180;
// steps of an axis: no finer than its words tell apart
const PERCENTS = [-2, -1, 0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 5].map((step) => Number(`${step}e${power}`)),
);
const BYTES = Array.from({ length: 50 }, (_, power) => 2 ** power);
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const language = document.documentElement.lang || "en";
const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const exact = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });

function moments(chart, splits, _axis, _space, step) {
  const { min, max } = chart.scales.x;
  if (max - min > 3 * 86400) return splits.map((s) => day.format(s * 1000));
  const form = step < 60 ? exact : clock;
  return splits.map((s) =>
    (new Date(s * 1000).getHours() + new Date(s * 1000).getMinutes() === 0 && max - min > 7200
      ? day
      : form
    ).format(s * 1000),
  );
}

export class Chart {
  // lines: [{subject, metric, word, n}]; on: {zoomed(min, max), pointed(at), left()}
  constructor(figure, lines, { sync, second, on }) {
    this.room = figure.querySelector("[data-plot]");
    this.legend = figure.querySelector("[data-legend]");
    this.lines = lines;
    this.second = second;
    const unit = METRICS[lines[0].metric].unit;
    const form = { percent, size, rate: (v) => size(v) + second, count }[unit];
    this.plot = new uPlot(
      {
        width: this.width,
        height: HEIGHT,
        legend: { show: false },
        padding: [10, 14, 0, 0],
        cursor: {
          sync: { key: sync, setSeries: false },
          drag: { x: true, y: false, setScale: false },
          points: { size: 6 },
        },
        scales: { y: { range: (_plot, _min, max) => [0, top(unit, max)] } },
        series: [{}, ...lines.map((line) => drawn(line, lines))],
        axes: [
          {
            stroke: () => style("--soft"),
            grid: { stroke: () => style("--line"), width: 1 },
            ticks: { show: false },
            values: moments,
            space: 70,
            size: 26,
            gap: 4,
            font: "11px system-ui, sans-serif",
          },
          {
            stroke: () => style("--soft"),
            grid: { stroke: () => style("--line"), width: 1 },
            ticks: { show: false },
            values: (_plot, splits) => splits.map(form),
            size: 70,
            gap: 6,
            space: 32,
            font: "11px system-ui, sans-serif",
            ...(unit === "count" ? {} : { incrs: unit === "percent" ? PERCENTS : BYTES }),
          },
        ],
        hooks: {
          setSelect: [
            (plot) => {
              if (plot.select.width < 4) return;
              const [from, to] = [plot.select.left, plot.select.left + plot.select.width];
              plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
              on.zoomed(plot.posToVal(from, "x"), plot.posToVal(to, "x"));
            },
          ],
          setCursor: [(plot) => this.say(plot.cursor.idx)],
        },
      },
      [[], ...lines.map(() => [])],
      this.room,
    );
    this.plot.over.addEventListener(
      "dblclick",
      (event) => {
        event.stopImmediatePropagation();
        on.zoomed(null, null);
      },
      true,
    );
    this.marks = lines.map((line) => this.mark(line));
    this.observer = new ResizeObserver(() => {
      if (this.width && this.width !== this.plot.width)
        this.plot.setSize({ width: this.width, height: HEIGHT });
    });
    this.observer.observe(this.room);
  }

  get width() {
    return Math.max(120, Math.floor(this.room.clientWidth));
  }

  mark(line) {
    const item = document.createElement("li");
    const swatch = document.createElement("i");
    swatch.className = "swatch";
    swatch.dataset.n = line.n;
    if (FAINT.has(line.metric)) swatch.dataset.faint = "";
    const word = document.createElement("span");
    word.textContent = line.word;
    const value = document.createElement("output");
    item.append(swatch, word, value);
    this.legend.append(item);
    return { item, value };
  }

  // data as of Points.table; the span of time that is shown
  draw(data, from, to) {
    this.data = data;
    this.plot.setData(data, false);
    this.span(from, to);
    this.say(null);
  }

  span(from, to) {
    this.plot.setScale("x", { min: from, max: to });
  }

  say(at) {
    if (!this.data) return;
    this.lines.forEach((line, n) => {
      const column = this.data[n + 1];
      const value =
        at === null || at === undefined ? column.findLast((v) => v !== undefined) : column[at];
      const { item, value: shown } = this.marks[n];
      shown.textContent = said(line.metric, value, this.second);
      item.hidden = FAINT.has(line.metric) && !column.some((v) => v !== null && v !== undefined);
    });
  }

  redraw() {
    this.plot.redraw(false, true);
  }

  close() {
    this.observer.disconnect();
    this.plot.destroy();
    this.legend.replaceChildren();
  }
}

// how far a chart of nothing but zeros reaches
const EMPTY_TOP = { percent: 1, count: 4 };

function top(unit, max) {
  return max ? max * 1.08 : (EMPTY_TOP[unit] ?? 1024);
}

function dashes(line, faint) {
  if (line.metric === "limit") return [6, 4];
  // more than five colours are hard to tell apart
  return line.n > 5 && !faint ? [8, 3] : undefined;
}

function drawn(line, lines) {
  const faint = FAINT.has(line.metric);
  const colour = () => style(`--series-${line.n}`);
  return {
    stroke: () => (faint ? `${colour()}90` : colour()),
    width: faint ? 1 : 1.6,
    dash: dashes(line, faint),
    fill:
      lines.filter((one) => !FAINT.has(one.metric)).length === 1 && !faint
        ? () => `${colour()}22`
        : undefined,
    points: { show: (_plot, _series, from, to) => to - from < 3 && !faint },
    spanGaps: false,
  };
}
