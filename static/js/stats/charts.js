// <stats-charts>: charts of one subject, or several beside each other; live, or a range of the history.

import { politely } from "haulout/say";
import { Chart } from "haulout/stats/chart";
import { CHARTS, FAINT, NO_LIMIT } from "haulout/stats/figures";
import { Points } from "haulout/stats/points";
import { LiveSource } from "haulout/stats/source";
import { fill } from "haulout/stats/table";
import { clock } from "haulout/times";

const LIVE_S = 300;
const AGAIN_S = { live: 0, "1h": 10, "24h": 60, "7d": 300, "30d": 300 };
const FAILED_AGAIN_S = 10;

class StatsCharts extends HTMLElement {
  connectedCallback() {
    if (this.charts) return;
    this.words = this.querySelector("[data-words]").dataset;
    this.subjects = [...this.querySelectorAll("[data-subject]")].map((one, at) => ({
      name: one.dataset.subject,
      word: one.dataset.word,
      place: one.dataset.place,
      n: at + 1,
    }));
    this.compared = "compared" in this.dataset;
    this.points = new Points();
    this.zoom = null;
    this.drawSoon = false;
    this.charts = [...this.querySelectorAll("[data-chart]")].map(
      (figure) =>
        new Chart(figure, this.lines(figure.dataset.chart), {
          sync: "haulout-stats",
          second: this.words.second,
          on: { zoomed: (from, to) => this.zoomed(from, to) },
        }),
    );
    this.live = new LiveSource(
      this.dataset.socket,
      this.subjects.map((one) => one.name),
      {
        sample: (at, of) => this.sampled(at, of),
        state: (state, message) => this.stands(state, message),
      },
    );
    this.addEventListener("click", (event) => this.clicked(event));
    this.onKey = (event) => this.pressed(event);
    this.onSeen = () => {
      if (!document.hidden) this.begin();
      else this.rest();
    };
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("visibilitychange", this.onSeen);
    this.theme = new MutationObserver(() => {
      for (const chart of this.charts) chart.redraw();
    });
    this.theme.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    const asked = new URLSearchParams(location.search).get("range");
    this.choose(asked in AGAIN_S ? asked : this.dataset.range, false);
  }

  disconnectedCallback() {
    this.rest();
    this.theme?.disconnect();
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("visibilitychange", this.onSeen);
    for (const chart of this.charts ?? []) chart.close();
    this.charts = null;
  }

  say(name, values = {}) {
    return (this.words[name] ?? "").replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
  }

  lines(chart) {
    if (this.compared)
      return this.subjects.map((one) => ({
        subject: one.name,
        metric: CHARTS[chart][0],
        word: one.word,
        n: one.n,
      }));
    const [{ name }] = this.subjects;
    let n = 0;
    return CHARTS[chart].map((metric) => {
      if (!FAINT.has(metric)) n += 1;
      return { subject: name, metric, word: this.say(camel(metric)), n: Math.max(1, n) };
    });
  }

  clicked(event) {
    const choice = event.target.closest("[data-range-choice]");
    if (choice) this.choose(choice.dataset.rangeChoice, true);
    if (event.target.closest("[data-whole]")) this.zoomed(null, null);
    const leave = event.target.closest("[data-leave]");
    if (leave) this.leave(leave.closest("[data-subject]").dataset.subject);
  }

  choose(range, remember) {
    this.range = range;
    this.zoom = null;
    for (const button of this.querySelectorAll("[data-range-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.rangeChoice === range));
    if (remember) {
      const query = new URLSearchParams(location.search);
      query.set("range", range);
      history.replaceState(history.state, "", `?${query}`);
    }
    this.points = new Points();
    this.dataset.loading = "";
    this.begin();
  }

  leave(name) {
    const query = new URLSearchParams(location.search);
    query.delete("of");
    query.delete("c");
    for (const one of this.subjects) if (one.name !== name) query.append("of", one.name);
    location.search = query;
  }

  // Fetching and following

  begin() {
    this.rest();
    this.fetch();
    if (this.range === "live") this.live.open();
  }

  rest() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.live?.close();
  }

  async fetch() {
    const range = this.range;
    const query = new URLSearchParams(this.subjects.map((one) => ["of", one.name]));
    query.set("range", range === "live" ? "1h" : range);
    this.asking = new AbortController();
    try {
      const answer = await fetch(`${this.dataset.history}?${query}`, {
        signal: this.asking.signal,
      });
      if (answer.status === 403 || answer.status === 404) {
        this.stands(answer.status === 403 ? "denied" : "gone", {});
        return;
      }
      if (!answer.ok) throw new Error(answer.statusText);
      const told = await answer.json();
      if (range !== this.range) return;
      this.loaded(told);
      if (AGAIN_S[range]) this.later(AGAIN_S[range]);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.state("failed", `${this.say("failed")} ${this.say("again")}`);
      this.later(FAILED_AGAIN_S);
    }
  }

  later(seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), seconds * 1000);
  }

  loaded(told) {
    delete this.dataset.loading;
    if (this.range === "live") {
      const since = this.points;
      this.points = new Points();
      this.points.load(told);
      const joined = [...since.of.values()].flatMap((rows) =>
        rows.slice(0, 1).map(([time]) => time),
      );
      this.points.join(since, Math.min(...joined));
    } else {
      this.points.load(told);
      this.length = told.length;
      const span =
        told.step < 60 ? this.say("s", { n: told.step }) : this.say("min", { n: told.step / 60 });
      this.state("history", this.say("step", { span }));
    }
    this.draw();
  }

  sampled(at, of) {
    if (this.range !== "live") return;
    this.points.add(at, of);
    this.points.forget(at - LIVE_S - 30);
    this.state(
      "live",
      Object.values(of).every((values) => !values) && this.points.empty
        ? this.say("still")
        : this.say("live"),
    );
    this.draw();
  }

  stands(state, message) {
    if (this.range !== "live" && state !== "denied" && state !== "gone") return;
    this.state(state, this.say(state, message));
  }

  state(state, text) {
    const shown = this.querySelector("[data-state]");
    shown.dataset.is = state;
    if (shown.textContent !== text) shown.textContent = text;
  }

  // Drawing

  get span() {
    const now = Date.now() / 1000;
    return [now - (this.range === "live" ? LIVE_S : (this.length ?? 3600)), now];
  }

  zoomed(from, to) {
    const [first, last] = this.span;
    const whole = from === null || to - from >= last - first;
    this.zoom = whole ? null : [from, to];
    if (!whole)
      politely(
        this.say("zoomed", { from: clock(new Date(from * 1000)), to: clock(new Date(to * 1000)) }),
      );
    this.draw();
  }

  // + and - zoom round the middle, arrows move what is shown, Escape shows all
  pressed(event) {
    if (event.key === "Escape" && this.zoom) this.zoomed(null, null);
    if (!this.contains(document.activeElement) || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const [from, to] = this.zoom ?? this.span;
    const quarter = (to - from) / 4;
    const moved = {
      "+": [from + quarter, to - quarter],
      "-": [from - 2 * quarter, to + 2 * quarter],
      ArrowLeft: [from - quarter, to - quarter],
      ArrowRight: [from + quarter, to + quarter],
    }[event.key];
    if (!moved || (event.key.startsWith("Arrow") && !this.zoom)) return;
    event.preventDefault();
    this.zoomed(...moved);
  }

  draw() {
    if (this.drawSoon || !this.charts) return;
    this.drawSoon = true;
    requestAnimationFrame(() => {
      this.drawSoon = false;
      if (this.charts) this.drawNow();
    });
  }

  drawNow() {
    const [from, to] = this.zoom ?? this.span;
    const gapS = this.range === "live" ? 26 : undefined;
    for (const chart of this.charts) {
      const lines = chart.lines.map((line) => [line.subject, line.metric]);
      chart.draw(unlimited(this.points.table(lines, gapS), lines), from, to);
    }
    this.querySelector("[data-whole]").hidden = !this.zoom;
    this.toggleAttribute("data-empty", this.points.empty);
    const nothing = this.querySelector("[data-nothing]");
    nothing.hidden = !this.points.empty || "loading" in this.dataset;
    if (!nothing.hidden) nothing.textContent = this.say("none");
    fill(this.querySelector("[data-figures]"), {
      points: this.points,
      subjects: this.subjects,
      compared: this.compared,
      from,
      to,
      say: (metric) => this.say(camel(metric)),
      second: this.words.second,
      noLimit: this.say("noLimit"),
    });
    this.dataset.drawn = this.range;
  }
}

const camel = (metric) => metric.replace(/_(\w)/, (_, letter) => letter.toUpperCase());

// without a limit there is no line to draw; one far above what is used would flatten the rest
function unlimited(data, lines) {
  return data.map((column, n) => {
    if (n === 0 || lines[n - 1][1] !== "limit") return column;
    const used = Math.max(...data[1].map((value) => value ?? 0));
    return column.map((value) =>
      value === null || value === undefined || value >= NO_LIMIT || value > used * 8 ? null : value,
    );
  });
}

if (!customElements.get("stats-charts")) customElements.define("stats-charts", StatsCharts);
