// The socket of one terminal: opens or joins it, comes back where it was, and keeps to what the server takes.
const FINAL = new Set([4400, 4401, 4403, 4404]);
const LONGEST_WAIT_MS = 5_000;
const PIECE_BYTES = 16 * 1024;
const UNTAKEN_BYTES = 128 * 1024;
const SILENCE_MS = 12_000;
const PING_MS = 4_000;

export class TerminalSocket {
  // on: {screen(Uint8Array), note(message), lost(), back(), refused(code)}; asks: what {"open": …} holds
  constructor({ openAt, joinAt, key, asks }, on) {
    Object.assign(this, { openAt, joinAt, key, asks, on });
    this.at = 0;
    this.waits = 0;
    this.typed = [];
    this.untaken = 0;
    this.closed = false;
    this.online = () => {
      this.waits = 0;
      if (!this.socket) this.connect();
    };
    addEventListener("online", this.online);
    this.beat = setInterval(() => this.ping(), PING_MS);
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    if (this.closed) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const path = this.key ? `${this.joinAt}${this.key}/?have=${this.at}` : this.openAt;
    const socket = new WebSocket(`${scheme}//${location.host}${path}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardAt = Date.now();
    socket.addEventListener("open", () => {
      if (!this.key) this.say({ open: this.asks() });
      this.typed = [];
      this.untaken = 0;
      this.on.back();
    });
    socket.addEventListener("message", (event) => {
      if (socket !== this.socket) return;
      this.heardAt = Date.now();
      this.waits = 0;
      if (typeof event.data === "string") this.note(JSON.parse(event.data));
      else {
        this.at += event.data.byteLength;
        this.on.screen(new Uint8Array(event.data), this.at);
      }
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.gone(event.code);
    });
  }

  note(message) {
    if (message.type === "key") this.key = message.key;
    if (message.type === "took") {
      this.untaken = Math.max(0, this.untaken - message.bytes);
      this.flush();
    }
    if ("offset" in message) this.at = message.offset;
    this.on.note(message);
  }

  gone(code) {
    this.socket = null;
    if (this.closed) return;
    if (FINAL.has(code) || !this.key) {
      this.close();
      this.on.refused(code);
      return;
    }
    this.on.lost();
    const wait = Math.min(LONGEST_WAIT_MS, 300 * 2 ** this.waits);
    this.waits += 1;
    this.timer = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2));
  }

  ping() {
    if (!this.socket) return;
    if (Date.now() - this.heardAt > SILENCE_MS) {
      const old = this.socket;
      this.gone(0);
      old.close();
    } else this.say({ ping: true });
  }

  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  drawn(offset) {
    this.say({ drawn: offset });
  }

  type(data) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (
      !this.typed.length &&
      data.length <= PIECE_BYTES &&
      this.untaken + data.length <= UNTAKEN_BYTES
    ) {
      this.untaken += data.length;
      this.socket.send(data);
      return;
    }
    for (let from = 0; from < data.length; from += PIECE_BYTES)
      this.typed.push(data.subarray(from, from + PIECE_BYTES));
    this.flush();
  }

  flush() {
    while (this.typed.length && this.untaken + this.typed[0].length <= UNTAKEN_BYTES) {
      const piece = this.typed.shift();
      this.untaken += piece.length;
      this.socket?.send(piece);
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.beat);
    removeEventListener("online", this.online);
    const old = this.socket;
    this.socket = null;
    old?.close();
  }
}
