// Lines as they came, in bytes: a million of them must not fill the tab. Decoded only when drawn or searched.
// A line is: stream digit, RFC 3339 time, space, text. Gaps are lines of their own (stream "g").
// In merged logs the time is followed by "@" and the number of the source.
const MAX_LINES = 1_000_000;
const MAX_BYTES = 160 * 1024 * 1024;
const NEWLINE = 10;
const SPACE = 32;
const AT = 64;
const decoder = new TextDecoder();

function startsOf(bytes) {
  const starts = [];
  let at = 0;
  while (at < bytes.length) {
    starts.push(at);
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) break;
    at = end + 1;
  }
  starts.push(bytes.length);
  return Uint32Array.from(starts);
}

export class LineStore {
  constructor() {
    this.clear();
  }

  clear() {
    this.chunks = [];
    this.first = 0; // number of the oldest line kept
    this.count = 0; // lines kept
    this.bytes = 0;
    this.dropped = 0; // older lines that were let go
  }

  get end() {
    return this.first + this.count;
  }

  add(bytes) {
    const starts = startsOf(bytes);
    const lines = starts.length - 1;
    if (!lines) return 0;
    this.chunks.push({ bytes, starts, first: this.end, lines });
    this.count += lines;
    this.bytes += bytes.length;
    while (this.chunks.length > 1 && (this.count > MAX_LINES || this.bytes > MAX_BYTES)) {
      const old = this.chunks.shift();
      this.first += old.lines;
      this.count -= old.lines;
      this.bytes -= old.bytes.length;
      this.dropped += old.lines;
    }
    return lines;
  }

  addGap(text, source = null) {
    this.add(new TextEncoder().encode(`g-${source === null ? "" : `@${source}`} ${text}\n`));
  }

  chunkOf(number) {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.chunks[middle].first <= number) low = middle;
      else high = middle - 1;
    }
    return this.chunks[low];
  }

  // {stream, source}: what decides whether a line is shown, without reading its text
  tag(number) {
    const chunk = this.chunkOf(number);
    let at = chunk.starts[number - chunk.first];
    const stream = String.fromCharCode(chunk.bytes[at]);
    const end = Math.min(at + 64, chunk.bytes.length);
    for (at += 1; at < end && chunk.bytes[at] !== SPACE; at += 1) {
      if (chunk.bytes[at] !== AT) continue;
      let source = 0;
      for (at += 1; at < end && chunk.bytes[at] !== SPACE; at += 1)
        source = source * 10 + chunk.bytes[at] - 48;
      return { stream, source };
    }
    return { stream, source: null };
  }

  // {stream, source, time, text}
  line(number) {
    const chunk = this.chunkOf(number);
    const index = number - chunk.first;
    const start = chunk.starts[index];
    let end = chunk.starts[index + 1];
    if (chunk.bytes[end - 1] === NEWLINE) end -= 1;
    let space = chunk.bytes.indexOf(SPACE, start);
    if (space < 0 || space >= end) space = end;
    const [time, source] = decoder.decode(chunk.bytes.subarray(start + 1, space)).split("@");
    return {
      stream: String.fromCharCode(chunk.bytes[start]),
      source: source === undefined ? null : Number(source),
      time,
      text: decoder.decode(chunk.bytes.subarray(Math.min(space + 1, end), end)),
    };
  }

  // the time of one of the newest lines, at most so many lines back; "" where there is none
  timeBack(lines) {
    for (let number = Math.max(this.first, this.end - lines); number < this.end; number += 1) {
      const { stream, time } = this.line(number);
      // a gap or a restart is a line of ours: no log begins there
      if ((stream === "1" || stream === "2") && time.includes("T")) return time;
    }
    return "";
  }

  // length in bytes of a line's text: enough to guess how many rows it wraps to
  width(number) {
    const chunk = this.chunkOf(number);
    const index = number - chunk.first;
    return Math.max(1, chunk.starts[index + 1] - chunk.starts[index] - 33);
  }
}
