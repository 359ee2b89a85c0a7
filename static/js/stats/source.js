// Live samples over a WebSocket: connects again until it is told not to.
const FINAL = { 4404: "gone", 4403: "denied", 4401: "withdrawn" };
const LONGEST_WAIT_MS = 10_000;

export class LiveSource {
  // on: {sample(atS, of), state(state, message)}
  constructor(path, names, on) {
    this.url = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}?${new URLSearchParams(names.map((name) => ["of", name]))}`;
    this.on = on;
    this.waits = 0;
  }

  open() {
    if (this.socket) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("message", (event) => {
      if (socket !== this.socket) return;
      this.waits = 0;
      const message = JSON.parse(event.data);
      if (message.type === "sample") this.on.sample(message.at / 1000, message.of);
      else this.on.state(message.state, message);
    });
    socket.addEventListener("close", (event) => {
      if (socket !== this.socket) return;
      this.socket = null;
      const end = FINAL[event.code];
      this.on.state(end ?? "reconnecting", {});
      if (end) return;
      const wait = Math.min(LONGEST_WAIT_MS, 400 * 2 ** this.waits);
      this.waits += 1;
      this.timer = setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
    });
  }

  close() {
    clearTimeout(this.timer);
    const old = this.socket;
    this.socket = null;
    old?.close();
  }
}
