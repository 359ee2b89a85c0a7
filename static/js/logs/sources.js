// Who writes in merged logs: a colour and a name each; pressing one hides its lines.
const COLOURS = 12;

export class Sources {
  // root: [data-log-sources]; on: {say(word, values), changed(), state(counts)}; look.mute: Set of numbers
  constructor(root, look, on) {
    this.list = root.querySelector("[data-log-source-list]");
    this.note = root.querySelector("[data-log-source-note]");
    this.all = root.querySelector("[data-log-unmute]");
    this.look = look;
    this.on = on;
    this.known = new Map(); // number in the stream: {name, host, colour, state, key}
    this.colours = new Map(); // a container keeps its colour when the stream begins anew
    this.muted = new Set(); // by address: numbers differ from stream to stream
    this.all.addEventListener("click", () => {
      this.muted.clear();
      this.apply();
    });
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.press(button.dataset.key, event.altKey || event.shiftKey);
    });
  }

  clear() {
    this.known.clear();
  }

  // the whole set, as the server tells it
  told(message) {
    this.known.clear();
    const names = message.sources.map(({ name }) => name);
    for (const each of message.sources) {
      if (!this.colours.has(each.url)) this.colours.set(each.url, this.colours.size % COLOURS);
      const twice = names.indexOf(each.name) !== names.lastIndexOf(each.name);
      this.known.set(each.source, {
        ...each,
        key: each.url,
        colour: this.colours.get(each.url),
        label: twice ? `${each.name} · ${each.host}` : each.name,
      });
    }
    const notes = [];
    if (message.left_out) notes.push(this.on.say("leftOut", { n: message.left_out }));
    if (message.refused) notes.push(this.on.say("refused", { n: message.refused }));
    if (!message.sources.length) notes.push(this.on.say("nothing"));
    this.note.textContent = notes.join(" · ");
    this.note.hidden = !notes.length;
    this.apply();
  }

  status(message) {
    const source = this.known.get(message.source);
    if (!source) return;
    source.state = message.state;
    source.cause = message.cause;
    this.draw();
  }

  press(key, only) {
    if (only)
      this.muted = new Set(
        [...this.known.values()].map((each) => each.key).filter((each) => each !== key),
      );
    else if (!this.muted.delete(key)) this.muted.add(key);
    this.apply();
  }

  apply() {
    this.look.mute = new Set(
      [...this.known].filter(([, each]) => this.muted.has(each.key)).map(([number]) => number),
    );
    this.look.sources = this.known;
    this.draw();
    this.on.changed();
  }

  get width() {
    return Math.min(28, Math.max(4, ...[...this.known.values()].map(({ label }) => label.length)));
  }

  counts() {
    const all = [...this.known.values()];
    return {
      n: all.length,
      live: all.filter(({ state }) => state === "live" || state === "done").length,
    };
  }

  // true where there are some, and the hosts of all of them are away
  away() {
    const all = [...this.known.values()];
    return all.length > 0 && all.every(({ state }) => state === "away");
  }

  draw() {
    const focused = document.activeElement?.dataset?.key;
    this.list.replaceChildren(
      ...[...this.known.values()].map((each) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        const shown = !this.muted.has(each.key);
        const state = each.state === "live" || each.state === "done" ? "" : this.on.say(each.state);
        button.type = "button";
        button.className = `log-source source-${each.colour}`;
        button.dataset.key = each.key;
        button.dataset.state = each.state;
        button.setAttribute("aria-pressed", String(shown));
        button.title = [`${each.name} · ${each.host}`, state, each.cause]
          .filter(Boolean)
          .join(" – ");
        const name = document.createElement("span");
        name.textContent = each.label;
        button.append(name);
        if (state) {
          const word = document.createElement("span");
          word.className = "log-source-state";
          word.textContent = state;
          button.append(word);
        }
        item.append(button);
        return item;
      }),
    );
    if (focused) this.list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    this.all.hidden = !this.muted.size;
    this.on.state();
  }
}
