// Draws the lines that are seen and nothing else. Rows have one height; a wrapped line has several,
// guessed from its length, which in a monospaced type is near enough to place what follows.
import { pieces, plain } from "haulout/logs/colours";
import { width, written } from "haulout/logs/times";

const SPARE = 30;
const AROUND = 3; // lines shown before and after a hit where only hits are shown
const NARROW_PX = 760;

export class Screen {
  // box: the scrolling element; store: LineStore; look: {wrap, times, hide: Set of streams,
  // mute: Set of sources, sources: Map of number to {label, colour}, or null for one container's log,
  // hits: numbers of the only lines to show with those around them, or null for all}
  constructor(box, store, look) {
    this.box = box;
    this.store = store;
    this.look = look;
    this.sheet = document.createElement("div");
    this.sheet.className = "log-sheet";
    this.space = document.createElement("div");
    this.space.className = "log-space";
    this.space.append(this.sheet);
    box.replaceChildren(this.space);
    this.follow = true;
    this.pattern = null;
    this.marked = -1;
    this.index = []; // shown line numbers when something is hidden, else null
    this.rows = 0;
    this.seen = 0;
    this.measure();
    box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => {
      this.measure();
      this.restart();
    }).observe(box);
  }

  measure() {
    const probe = document.createElement("div");
    const letters = document.createElement("span");
    probe.className = "log-line";
    letters.textContent = "0".repeat(20);
    probe.append(letters);
    this.sheet.append(probe);
    this.height = Math.max(12, probe.getBoundingClientRect().height);
    const letter = Math.max(4, letters.getBoundingClientRect().width / 20);
    probe.remove();
    this.narrow = this.box.clientWidth < NARROW_PX;
    const aside = width(this.look.times, this) + 3 + (this.look.sources ? this.look.names + 2 : 0);
    this.columns = Math.max(10, Math.floor(this.box.clientWidth / letter) - aside);
  }

  // everything anew: another wrap, other streams, another width
  restart() {
    this.tops = this.look.wrap ? [0] : null;
    this.index = this.look.hide.size || this.look.mute.size || this.look.hits ? [] : null;
    this.hits = 0; // how many of look.hits are in the index
    this.seen = this.store.first;
    this.base = this.store.first;
    this.take();
    this.draw();
  }

  // account for lines that came
  take() {
    if (this.seen < this.store.first) return this.restart();
    if (this.look.hits) {
      this.takeHits();
      return undefined;
    }
    if (!this.index && !this.tops) {
      this.seen = this.store.end;
      return undefined;
    }
    for (; this.seen < this.store.end; this.seen += 1) this.takeOne(this.seen);
    return undefined;
  }

  takeOne(number) {
    if (this.index) {
      const { stream, source } = this.store.tag(number);
      if (this.look.hide.has(stream) || this.look.mute.has(source)) return;
      this.index.push(number);
    }
    if (this.tops) {
      const rows = Math.ceil(this.store.width(number) / this.columns);
      this.tops.push(this.tops[this.tops.length - 1] + rows);
    }
  }

  // hits that were found since, each with the lines around it; `seen` is what was looked at
  takeHits() {
    const { hits } = this.look;
    for (; this.hits < hits.length; this.hits += 1) {
      const first = Math.max(this.seen, hits[this.hits] - AROUND);
      const last = hits[this.hits] + AROUND;
      // what comes after the newest line is not here yet: it is taken with the next look
      if (first > this.store.end) return;
      for (this.seen = first; this.seen <= last && this.seen < this.store.end; this.seen += 1)
        this.takeOne(this.seen);
      if (this.seen <= last) return;
    }
  }

  get shown() {
    return this.index ? this.index.length : this.store.count;
  }

  numberAt(row) {
    return this.index ? this.index[row] : this.store.first + row;
  }

  topOf(row) {
    return (this.tops ? this.tops[row] : row) * this.height;
  }

  rowAt(y) {
    const want = y / this.height;
    if (!this.tops) return Math.floor(want);
    let low = 0;
    let high = this.tops.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= want) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  update() {
    if (this.store.first > this.base && (this.tops || this.index)) this.restart();
    else this.take();
    this.base = this.store.first;
    if (!this.asked)
      this.asked = requestAnimationFrame(() => {
        this.asked = 0;
        this.draw();
      });
  }

  scrolled() {
    const end = this.box.scrollHeight - this.box.clientHeight;
    const near = this.box.scrollTop >= end - this.height * 1.5;
    if (this.moving) this.moving = false;
    else if (near !== this.follow) {
      this.follow = near;
      this.followed?.(near);
    }
    if (!this.asked)
      this.asked = requestAnimationFrame(() => {
        this.asked = 0;
        this.draw();
      });
  }

  draw() {
    const rows = this.shown;
    this.space.style.height = `${this.topOf(rows)}px`;
    if (this.follow) {
      const end = Math.max(0, this.topOf(rows) - this.box.clientHeight + 8);
      if (Math.abs(this.box.scrollTop - end) > 1) {
        this.moving = true;
        this.box.scrollTop = end;
      }
    }
    const first = Math.max(0, Math.min(this.rowAt(this.box.scrollTop), rows) - SPARE);
    const last = Math.min(rows, this.rowAt(this.box.scrollTop + this.box.clientHeight) + SPARE);
    const lines = [];
    for (let row = first; row < last; row += 1) {
      const line = this.element(this.numberAt(row));
      if (this.look.hits && row && this.numberAt(row - 1) !== this.numberAt(row) - 1)
        line.classList.add("log-break");
      lines.push(line);
    }
    this.sheet.style.transform = `translateY(${this.topOf(first)}px)`;
    // drawing again would lose what the reader has selected; it goes on with the next scroll
    if (!this.follow && this.selecting()) return;
    this.sheet.replaceChildren(...lines);
    this.top = this.numberAt(Math.max(0, Math.min(rows - 1, this.rowAt(this.box.scrollTop))));
  }

  selecting() {
    const selection = getSelection();
    const inside = selection && !selection.isCollapsed && this.sheet.contains(selection.anchorNode);
    const still = this.box.scrollTop === this.stillAt;
    this.stillAt = this.box.scrollTop;
    return inside && still;
  }

  element(number) {
    const { stream, source, time, text } = this.store.line(number);
    const line = document.createElement("div");
    line.className = `log-line stream-${stream}${number === this.marked ? " log-marked" : ""}`;
    line.dataset.number = number;
    if (stream === "g") {
      line.textContent = text;
      return line;
    }
    if (stream === "m") {
      line.textContent = this.look.restarted(
        written(time, this.look.times === "utc" ? "utc" : "local", this),
        text,
        this.look.sources?.get(source)?.label,
      );
      return line;
    }
    // drawn by CSS from an attribute, so that copied text has no times in it
    if (this.look.times !== "off") {
      line.dataset.time = written(time, this.look.times, this);
      line.title = this.narrow ? time : "";
    }
    const writer = this.look.sources?.get(source);
    if (writer) {
      const name = document.createElement("i");
      name.className = `log-name source-${writer.colour}`;
      name.dataset.name = writer.label;
      name.title = `${writer.name} · ${writer.host}`;
      line.append(name);
    }
    if (this.pattern) this.highlight(line, plain(text));
    else
      for (const { text: part, look } of pieces(text)) {
        if (!look) {
          line.append(part);
          continue;
        }
        const span = document.createElement("span");
        span.className = look;
        span.textContent = part;
        line.append(span);
      }
    return line;
  }

  highlight(line, text) {
    let at = 0;
    this.pattern.lastIndex = 0;
    for (const match of text.matchAll(this.pattern)) {
      if (!match[0]) continue;
      line.append(text.slice(at, match.index));
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      line.append(mark);
      at = match.index + match[0].length;
    }
    line.append(text.slice(at));
  }

  // numbers of the lines that stand in the box now
  visible() {
    const first = this.rowAt(this.box.scrollTop);
    const last = Math.min(this.shown, this.rowAt(this.box.scrollTop + this.box.clientHeight) + 1);
    return Array.from({ length: Math.max(0, last - first) }, (_, at) => this.numberAt(first + at));
  }

  show(number) {
    this.marked = number;
    this.follow = false;
    this.followed?.(false);
    const row = this.index ? this.index.indexOf(number) : number - this.store.first;
    if (row >= 0) {
      this.moving = true;
      this.box.scrollTop = Math.max(0, this.topOf(row) - this.box.clientHeight / 3);
    }
    this.draw();
  }

  toEnd() {
    this.follow = true;
    this.followed?.(true);
    this.draw();
  }
}
