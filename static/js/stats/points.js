// Points of several subjects as charts want them: one line of times, a value or a gap for each.
import { METRICS, WIRE } from "haulout/stats/figures";

// further apart than this many steps, two points have a gap between them
const GAP_STEPS = 2.6;

export class Points {
  constructor() {
    this.step = 10;
    this.of = new Map();
  }

  // history: {step, series: [{of, times, values}]}
  load(history) {
    this.step = history.step;
    this.of = new Map(
      history.series.map(({ of, times, values }) => {
        const rows = times.map((time, at) => [
          time,
          Object.fromEntries(
            Object.entries(values).map(([metric, all]) => [metric, scaled(metric, all[at])]),
          ),
        ]);
        return [of, rows];
      }),
    );
  }

  // one live sample: subject -> a value per metric of WIRE, or null
  add(atS, of) {
    for (const [subject, values] of Object.entries(of)) {
      if (!this.of.has(subject)) this.of.set(subject, []);
      const row =
        values &&
        Object.fromEntries(WIRE.map((metric, at) => [metric, scaled(metric, values[at])]));
      this.of.get(subject).push([atS, row]);
    }
  }

  // the points of `other` after ours, which end where its begin
  join(other, fromS) {
    for (const [subject, rows] of other.of) {
      const ours = (this.of.get(subject) ?? []).filter(([time]) => time < fromS);
      this.of.set(subject, [...ours, ...rows]);
    }
  }

  forget(beforeS) {
    for (const rows of this.of.values()) {
      let gone = 0;
      while (gone < rows.length && rows[gone][0] < beforeS) gone += 1;
      rows.splice(0, gone);
    }
  }

  get empty() {
    return [...this.of.values()].every((rows) => rows.every(([, row]) => !row));
  }

  // lines: [[subject, metric]…] -> [times, values…]; null where a gap is to be seen
  table(lines, gapS = this.step * GAP_STEPS) {
    const times = [
      ...new Set([...this.of.values()].flatMap((rows) => rows.map(([time]) => time))),
    ].sort((a, b) => a - b);
    const place = new Map(times.map((time, at) => [time, at]));
    const columns = lines.map(([subject, metric]) => {
      const column = new Array(times.length).fill(undefined);
      let before = null;
      for (const [time, row] of this.of.get(subject) ?? []) {
        const at = place.get(time);
        column[at] = row?.[metric] ?? null;
        if (before !== null && time - times[before] > gapS) breakLine(column, before, at);
        before = at;
      }
      return column;
    });
    return withGaps(times, columns, gapS);
  }

  between(subject, metric, from, to) {
    const rows = (this.of.get(subject) ?? []).filter(
      ([time, row]) => row && time >= from && time <= to,
    );
    return rows.map(([, row]) => row[metric] ?? null).filter((value) => value !== null);
  }
}

const scaled = (metric, value) =>
  value === null || value === undefined ? null : value * (METRICS[metric].factor ?? 1);

function breakLine(column, before, at) {
  for (let between = before + 1; between < at; between += 1) column[between] = null;
}

// where nobody has a point for long, a moment of its own says so
function withGaps(times, columns, gapS) {
  const all = [[], ...columns.map(() => [])];
  times.forEach((time, at) => {
    if (at && time - times[at - 1] > gapS) {
      all[0].push(times[at - 1] + gapS / 2);
      for (const line of all.slice(1)) line.push(null);
    }
    all[0].push(time);
    columns.forEach((column, n) => {
      all[n + 1].push(column[at]);
    });
  });
  return all;
}
