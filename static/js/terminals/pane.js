// One terminal on the page: xterm.js, its socket, what is said above it and in its foot.

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Terminal } from "@xterm/xterm";
import { deedsOf, isTrouble, reasonOf } from "haulout/terminals/endings";
import { fontSize, forReader, mono, theme } from "haulout/terminals/look";
import { openIn } from "haulout/terminals/sheets";
import { TerminalSocket } from "haulout/terminals/socket";

const SETTLE_MS = 60;
// who looks on sees all of the owner's screen, in letters down to this size
const SMALLEST_PX = 8;
const encoder = new TextEncoder();
const size = (bytes) =>
  bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

export class Pane {
  // space: the page (say, template, join addresses); on: {changed(pane), deed(pane, name), copy(text), leave(), search()}
  constructor(space, { key = "", wanted = {} }, on) {
    Object.assign(this, { space, wanted, on, key });
    this.say = space.say;
    this.element = space.template.content.firstElementChild.cloneNode(true);
    this.find = (name) => this.element.querySelector(`[data-${name}]`);
    this.state = "opening";
    this.command = wanted.command || "";
    this.types = !key;
    this.owner = !key;
    this.ended = null;
    this.answersFrom = 0;
    this.term = new Terminal({
      fontFamily: mono(),
      fontSize: fontSize(),
      theme: theme(),
      scrollback: 10_000,
      cursorBlink: false,
      minimumContrastRatio: 4.5,
      screenReaderMode: forReader(),
      macOptionIsMeta: true,
      rightClickSelectsWord: false,
      // an address in the text may be anything: it is shown, never followed
      linkHandler: { activate() {}, allowNonHttpProtocols: false },
      allowProposedApi: true,
    });
    this.fit = new FitAddon();
    this.search = new SearchAddon();
    this.term.loadAddon(this.fit);
    this.term.loadAddon(this.search);
    this.term.attachCustomKeyEventHandler((event) => this.key_(event));
    this.term.onData((text) => this.typed(encoder.encode(text)));
    this.term.onBinary((text) =>
      this.typed(Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
    );
    this.find("link").addEventListener("click", () => on.copy(this.address));
    this.find("end").addEventListener("click", () => this.leave());
    space.panes.append(this.element);
    openIn(this.term, this.find("screen"));
    this.term.textarea?.setAttribute("aria-describedby", "term-keys");
    this.watchSize();
    this.fitNow();
    this.connect();
  }

  get address() {
    return `${location.origin}${this.space.pageAt}${this.key}/`;
  }
  get title() {
    return this.wanted.kind === "attach" ? this.say("main") : this.command || "…";
  }

  connect() {
    this.socket = new TerminalSocket(
      {
        openAt: this.space.openAt,
        joinAt: this.space.joinAt,
        key: this.key,
        asks: () => ({ ...this.wanted, columns: this.term.cols, rows: this.term.rows }),
      },
      {
        screen: (bytes, at) => this.term.write(bytes, () => this.drawn(at)),
        note: (message) => this.note(message),
        lost: () => {
          this.state = "reconnecting";
          this.tell(this.say("lost", { n: this.say("grace") }), [], true);
        },
        back: () => {
          if (this.state === "reconnecting") {
            this.state = "live";
            this.tell("");
          }
          this.foot();
        },
        refused: (code) => this.end({ reason: reasonOf(code) }),
      },
    );
  }

  drawn(at) {
    this.socket.drawn(at);
    this.seen = at;
    if (!this.types) this.follow();
  }

  // answers of the terminal to what was replayed would be typed into the shell a second time
  typed(data) {
    if (this.types && !this.ended && (this.seen ?? 0) >= this.answersFrom) this.socket.type(data);
  }

  note(message) {
    switch (message.type) {
      case "key":
        this.key = message.key;
        break;
      case "open":
        this.state = "live";
        this.command = message.command || this.command;
        this.element.dataset.open = "";
        if (this.wanted.kind === "attach") this.attached(message.tty);
        // the page may have found its size while the shell was being looked for
        this.fitNow();
        break;
      case "at":
        if (message.reset) this.term.reset();
        this.seen = message.offset;
        this.answersFrom = message.offset + message.replay;
        if (message.replay) this.state = "live";
        break;
      case "skipped":
        this.term.write(
          `\x1b[0m\r\n\x1b[2m${this.say("skipped", { n: size(message.bytes) })}\x1b[0m\r\n`,
        );
        break;
      case "size":
        if (this.types) break;
        this.term.resize(message.columns, message.rows);
        this.shrink();
        break;
      case "role":
        this.role(message);
        break;
      case "ended":
        this.end(
          message.reason === "withdrawn" && !this.owner
            ? { ...message, reason: "withdrawn-of" }
            : message,
        );
        break;
      case "refused":
        this.socket.close();
        this.end(message);
        break;
    }
    this.foot();
  }

  attached(tty) {
    this.term.options.convertEol = !tty;
    this.tell([this.say("attached"), tty ? "" : this.say("pipe")].join(" "), [], true);
  }

  role({ types, owner, watchers, of, kind, command, tty }) {
    const before = this.types;
    Object.assign(this, { types, owner, of });
    if (command) this.command = command;
    if (kind) this.wanted = { ...this.wanted, kind };
    if (kind === "attach" && !tty) this.term.options.convertEol = true;
    if (this.state === "opening" && this.key && command) this.state = "live";
    this.term.options.disableStdin = !types;
    this.element.toggleAttribute("data-looks", !types);
    this.find("watch").hidden = !watchers.length;
    this.find("watch-names").textContent = this.say("watchedBy", { names: watchers.join(", ") });
    const ending = this.wanted.kind === "attach" ? "detach" : "end";
    this.find("end-word").textContent = this.say(owner ? ending : "leave");
    if (!this.ended) {
      if (!owner) this.tell(this.say("looking", { name: of }));
      else if (!types)
        this.tell(this.say("elsewhere"), [["here", () => this.socket.say({ drive: true })]]);
      else if (!before) this.tell("");
    }
    if (types && !before) this.term.options.fontSize = fontSize();
    this.fitNow();
  }

  end({ reason, exit_code: code = null, words = "" }) {
    if (this.ended) return;
    if (this.wanted.kind === "attach")
      reason = { exited: "detached", closed: "loosened" }[reason] ?? reason;
    this.ended = reason;
    this.state = "over";
    this.socket.close();
    this.term.options.cursorInactiveStyle = "none";
    const text = this.say(
      reason.replace(/-(.)/g, (_, letter) => letter.toUpperCase()),
      { code: code ?? "?", n: this.say("grace"), name: this.of ?? "", words },
    );
    const deeds = this.owner ? deedsOf(reason) : ["drop"];
    this.tell(
      text,
      deeds.map((name) => [name, () => this.on.deed(this, name)]),
      isTrouble(reason),
      words,
    );
    this.foot();
    this.on.changed(this);
  }

  tell(text, deeds = [], trouble = false, words = "") {
    const box = this.find("said");
    box.hidden = !text;
    box.toggleAttribute("data-trouble", trouble);
    this.find("said-text").textContent = text;
    this.find("said-acts").replaceChildren(
      ...deeds
        .filter(([name]) => this.space.can(name))
        .map(([name, act]) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "btn btn-sm";
          button.textContent = this.say(name);
          button.addEventListener("click", act);
          return button;
        }),
    );
    this.find("said-fold").hidden = !words;
    this.find("said-words").textContent = words;
  }

  foot() {
    this.find("dot").dataset.state = this.state;
    this.find("foot").textContent = [
      this.say(this.state),
      `${this.term.cols}×${this.term.rows}`,
      this.wanted.user,
      this.wanted.directory,
    ]
      .filter(Boolean)
      .join(" · ");
    this.find("link").hidden = !this.owner || !!this.ended || !this.key;
    this.find("end").hidden = !!this.ended;
    this.on.changed(this);
  }

  key_(event) {
    if (event.type !== "keydown" || !event.ctrlKey || !event.shiftKey || event.altKey) return true;
    const deeds = {
      KeyC: () => this.term.hasSelection() && this.on.copy(this.term.getSelection()),
      KeyF: () => this.on.search(),
      ArrowUp: () => this.on.leave(),
    };
    // the browser's own pasting of plain text reaches the terminal as any paste does
    if (event.code === "KeyV") return false;
    if (!deeds[event.code]) return true;
    event.preventDefault();
    deeds[event.code]();
    return false;
  }

  watchSize() {
    this.sizes = new ResizeObserver(() => {
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this.fitNow(), SETTLE_MS);
    });
    this.sizes.observe(this.find("screen"));
  }

  fitNow() {
    if (this.ended || this.element.hidden) return;
    if (!this.types) {
      this.shrink();
      return;
    }
    const fits = this.fit.proposeDimensions();
    if (!fits || !Number.isFinite(fits.cols) || !Number.isFinite(fits.rows)) return;
    if (fits.cols !== this.term.cols || fits.rows !== this.term.rows)
      this.term.resize(Math.max(fits.cols, 2), Math.max(fits.rows, 1));
    this.socket?.say({ size: [this.term.cols, this.term.rows] });
    this.foot();
  }

  // the owner's window decides how many rows and columns there are: here the letters give way
  shrink() {
    for (let px = fontSize(); px >= SMALLEST_PX; px -= 1) {
      this.term.options.fontSize = px;
      const fits = this.fit.proposeDimensions();
      if (!fits || (fits.cols >= this.term.cols && fits.rows >= this.term.rows)) break;
    }
    this.followed = 0;
    this.follow();
  }

  // where not even that is enough the cursor's row stays in sight, unless somebody scrolled away from it
  follow() {
    const screen = this.find("screen");
    if (screen.scrollTop < (this.followed ?? 0) - 1) return;
    const rows = this.term.element.querySelector(".xterm-screen").offsetHeight;
    const cursor = (rows / this.term.rows) * (this.term.buffer.active.cursorY + 1);
    screen.scrollTop = Math.max(screen.scrollTop, cursor + 6 - screen.clientHeight);
    this.followed = screen.scrollTop;
  }

  restyle() {
    Object.assign(this.term.options, {
      theme: theme(),
      fontSize: fontSize(),
      screenReaderMode: forReader(),
    });
    this.fitNow();
  }

  show(on) {
    this.element.hidden = !on;
    if (on) this.fitNow();
  }

  leave() {
    if (this.owner && !this.ended) this.socket.say({ close: true });
    else this.on.deed(this, "drop");
  }

  drop() {
    this.socket.close();
    this.sizes.disconnect();
    this.term.dispose();
    this.element.remove();
  }
}
