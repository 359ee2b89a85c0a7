// The socket of a container's logs: gives credit back as lines are stored, reconnects, tells how it stands.
// A followed log is asked again from the time of a line that was there, so that nothing is missing after.
const CREDIT_STEP = 128 * 1024;
const FINAL = new Set([4400, 4403, 4404]);
const LONGEST_WAIT_MS = 10_000;

export class LogSource {
  // on: {lines(Uint8Array), gap(count, source), state(name, details), opened(since), since() -> a line's time or "",
  // sources(message), source(message)}
  // fixed: what every query of this page says, such as the containers of merged logs
  constructor(path, on, fixed = "") {
    this.path = path;
    this.on = on;
    this.fixed = fixed;
    this.query = {};
    this.socket = null;
    this.waits = 0;
    this.owed = 0;
    addEventListener("pagehide", () => this.close());
  }

  open(query) {
    this.query = query;
    this.waits = 0;
    this.since = "";
    this.close();
    this.connect();
  }

  close() {
    clearTimeout(this.timer);
    const old = this.socket;
    this.socket = null;
    old?.close();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const since = this.since;
    const asked = since ? { ...this.query, since } : this.query;
    const query = [this.fixed, new URLSearchParams(asked)].filter(String).join("&");
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}?${query}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.owed = 0;
    socket.addEventListener("open", () => this.on.opened(since));
    socket.addEventListener("message", (event) => {
      if (socket !== this.socket) return;
      this.waits = 0;
      if (typeof event.data === "string") this.note(JSON.parse(event.data));
      else this.take(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.closed(event.code);
    });
  }

  take(data) {
    this.on.lines(new Uint8Array(data));
    this.owed += data.byteLength;
    if (this.owed >= CREDIT_STEP || data.byteLength < CREDIT_STEP / 4) {
      this.socket.send(JSON.stringify({ credit: this.owed }));
      this.owed = 0;
    }
  }

  note(message) {
    if (message.type === "gap") this.on.gap(message.lines, message.source ?? null);
    else if (message.type === "sources") this.on.sources(message);
    else if ("source" in message) this.on.source(message);
    else this.on.state(message.state, message);
  }

  closed(code) {
    if (FINAL.has(code)) this.on.state(code === 4403 ? "denied" : "gone", {});
    else if (code === 4401) this.on.state("withdrawn", {});
    else {
      this.on.state("reconnecting", {});
      // what was opened but told nothing has cleared the lines: the moment stays
      if (this.query.follow !== "0") this.since = this.on.since() || this.since;
      const wait = Math.min(LONGEST_WAIT_MS, 400 * 2 ** this.waits);
      this.waits += 1;
      this.timer = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2));
    }
  }
}
