// Searching all kept lines, in slices between frames so that the page never stands still.
import { plain } from "haulout/logs/colours";

const SLICE_MS = 12;

export function matcher(text, { regex, ignoreCase }) {
  if (!text) return null;
  const source = regex ? text : text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(source, ignoreCase ? "gi" : "g");
}

export class Search {
  // changed(): hits were found or the search began anew
  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    this.pattern = null;
    this.hits = [];
    this.at = -1;
    this.next = 0;
  }

  set(pattern) {
    this.pattern = pattern;
    this.hits = [];
    this.at = -1;
    this.next = this.store.first;
    this.changed();
    this.work();
  }

  work() {
    if (this.busy || !this.pattern) return;
    this.busy = true;
    const slice = () => {
      const until = performance.now() + SLICE_MS;
      this.next = Math.max(this.next, this.store.first);
      while (this.pattern && this.next < this.store.end && performance.now() < until) {
        this.pattern.lastIndex = 0;
        if (this.pattern.test(plain(this.store.line(this.next).text))) this.hits.push(this.next);
        this.next += 1;
      }
      this.forget();
      this.changed();
      if (this.pattern && this.next < this.store.end) requestAnimationFrame(slice);
      else this.busy = false;
    };
    slice();
  }

  forget() {
    let gone = 0;
    while (gone < this.hits.length && this.hits[gone] < this.store.first) gone += 1;
    if (!gone) return;
    this.hits.splice(0, gone);
    this.at = Math.max(-1, this.at - gone);
  }

  // the number of the next (or earlier) hit, from the line `from` on when none was shown yet
  step(direction, from) {
    if (!this.hits.length) return null;
    if (this.at < 0) {
      const found = this.hits.findIndex((number) => number >= from);
      this.at = found < 0 ? this.hits.length - 1 : found;
    } else this.at = (this.at + direction + this.hits.length) % this.hits.length;
    return this.hits[this.at];
  }

  get current() {
    return this.at >= 0 ? this.hits[this.at] : -1;
  }
}
