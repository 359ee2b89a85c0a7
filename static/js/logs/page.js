// The log page: its bar, its keys and its foot.
import { Screen } from "haulout/logs/screen";
import { matcher, Search } from "haulout/logs/search";
import { LogSource } from "haulout/logs/source";
import { Sources } from "haulout/logs/sources";
import { LineStore } from "haulout/logs/store";
import { Take } from "haulout/logs/take";

const RESUMED_LINES = 5000;
const root = document.querySelector("[data-logs]");
if (root) start(root);

function start(page) {
  const find = (name) => page.querySelector(`[data-log-${name}]`);
  const words = find("words").dataset;
  const say = (name, values = {}) =>
    (words[name] || name).replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  const store = new LineStore();
  const look = {
    wrap: localStorage.getItem("log-wrap") === "1",
    times: localStorage.getItem("log-times") || "local",
    hide: new Set(),
    mute: new Set(),
    sources: null,
    names: 0,
    hits: null,
  };
  // "1", or "-" where nobody knows how it had ended
  look.restarted = (time, code, source) => {
    const said = say(code === "-" ? "restarted" : "restartedExit", { time, code });
    return source ? `${source}: ${said}` : said;
  };
  const screen = new Screen(find("box"), store, look);
  const many = find("sources")
    ? new Sources(find("sources"), look, {
        say,
        state: () => redraw(),
        changed() {
          look.names = many.width;
          find("box").style.setProperty("--names", `${look.names}ch`);
          screen.measure();
          screen.restart();
        },
      })
    : null;
  const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");
  let state = "connecting";
  let skipped = 0;
  let received = 0;
  let held = 0; // lines that came while paused
  let paused = false;
  let only = false; // show hits with the lines around them, and nothing else
  let resumed = ""; // the time of the line from which a broken stream is taken up, until its first line
  let from = ""; // the moment from which lines are missing

  const search = new Search(store, () => {
    screen.pattern = search.pattern;
    find("only").disabled = !search.pattern;
    if (look.hits !== (only && search.pattern ? search.hits : null)) {
      look.hits = look.hits ? null : search.hits;
      screen.restart();
    }
    const at = search.at >= 0 ? `${numbers.format(search.at + 1)}/` : "";
    find("hits").textContent = search.pattern
      ? at + say("hits", { n: numbers.format(search.hits.length) })
      : "";
    screen.update();
  });

  function foot() {
    // nobody can be read: neither live nor silent
    const cut = many && state === "live" && many.away();
    const parts = [say(cut ? "away" : state)];
    if (many) parts.push(say("sources", many.counts()));
    parts.push(say("lines", { n: numbers.format(store.count) }));
    parts.push(say("skipped", { n: numbers.format(skipped) }));
    if (store.dropped) parts.push(say("dropped", { n: numbers.format(store.dropped) }));
    if (paused) parts.push(say("paused", { n: numbers.format(received - held) }));
    find("foot").textContent = parts.join(" · ");
    find("state").dataset.state = cut ? "away" : state;
    find("empty").hidden = store.count > 0 || cut || !["live", "ended", "done"].includes(state);
    page.dataset.lines = store.count;
  }

  let asked = 0;
  function redraw() {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      foot();
      if (!paused) screen.update();
      search.work();
    });
  }

  const source = new LogSource(
    page.dataset.logs,
    {
      opened(since) {
        resumed = since;
        find("lost").hidden = true;
        find("lost-said").textContent = from = "";
        many?.clear();
        store.clear();
        skipped = received = 0;
        screen.restart();
        search.set(search.pattern);
        redraw();
      },
      since: () => store.timeBack(RESUMED_LINES),
      lines(bytes) {
        takenUp(bytes);
        received += store.add(bytes);
        redraw();
      },
      gap(count, source) {
        skipped += count;
        const name = look.sources?.get(source)?.label;
        store.addGap(
          say(name ? "gapOf" : "gap", { n: numbers.format(count), source: name }),
          source,
        );
        redraw();
      },
      sources(message) {
        if (state === "connecting" || state === "reconnecting") state = "live";
        many.told(message);
      },
      source(message) {
        many.status(message);
        if (!message.lost) return;
        const name = look.sources?.get(message.source)?.label ?? "";
        skipped += message.lost;
        const said = say(message.at_least ? "lostMoreOf" : "lostOf", {
          n: numbers.format(message.lost),
          source: name,
        });
        store.addGap(said, message.source);
        offer(said, message.since);
        redraw();
      },
      state(name, details) {
        state = name;
        find("trouble").hidden =
          !["away", "failed", "gone", "denied", "withdrawn"].includes(name) && !details.unsure;
        const words = details.cause ? `${say(name)}: ${details.cause}` : say(name);
        find("trouble").textContent = details.unsure ? say("unsure") : words;
        lost(details);
        redraw();
      },
    },
    page.dataset.logsQuery,
  );

  // the line was there: where it does not come first, what stood behind it may be gone too
  function takenUp(bytes) {
    if (!resumed) return;
    const first = new LineStore();
    first.add(bytes);
    const time = first.timeBack(first.count);
    if (time && time !== resumed) store.addGap(say("missing", { from: resumed, to: time }));
    resumed = "";
  }

  function ask() {
    const range = find("range").value;
    state = "connecting";
    if (range.startsWith("tail:")) source.open({ tail: range.slice(5) });
    else if (range === "all") source.open({ follow: "0" });
    else
      source.open({
        follow: "0",
        since: new Date(Date.now() - Number(range.slice(6)) * 1000).toISOString(),
      });
    screen.toEnd();
  }

  // Podman left out lines when the container ended: the log itself is whole
  function lost({ lost: count, since, at_least: more }) {
    if (!count) return;
    skipped += count;
    store.addGap(say(more ? "lostMore" : "lost", { n: numbers.format(count) }));
    offer(say(more ? "lostMore" : "lost", { n: numbers.format(count) }), since);
  }

  // of several that lost their end, the earliest moment: what is read from there holds them all
  function offer(said, since) {
    const lines = [find("lost-said").textContent, said].filter(Boolean);
    from = from && Date.parse(from) < Date.parse(since) ? from : since;
    find("lost-said").textContent = lines.join("\n");
    find("lost").hidden = false;
  }
  find("lost-read").addEventListener("click", () => {
    source.open({ follow: "0", since: from });
    // a range that is none of the others: each of them can be chosen again
    find("range").value = "lost";
    screen.toEnd();
  });

  function setPaused(value) {
    paused = value;
    held = received;
    find("pause").setAttribute("aria-pressed", String(value));
    redraw();
  }

  screen.followed = (on) => find("follow").setAttribute("aria-pressed", String(on));
  find("follow").addEventListener("click", () => {
    if (!screen.follow) return screen.toEnd();
    screen.followed(false);
    screen.follow = false;
  });
  find("pause").addEventListener("click", () => setPaused(!paused));
  find("range").addEventListener("change", ask);
  find("wrap").setAttribute("aria-pressed", String(look.wrap));
  find("box").classList.toggle("log-wrap", look.wrap);
  find("wrap").addEventListener("click", () => {
    look.wrap = !look.wrap;
    localStorage.setItem("log-wrap", look.wrap ? "1" : "0");
    find("wrap").setAttribute("aria-pressed", String(look.wrap));
    find("box").classList.toggle("log-wrap", look.wrap);
    screen.restart();
  });
  find("times").value = look.times;
  find("times").addEventListener("change", (event) => {
    look.times = event.target.value;
    localStorage.setItem("log-times", look.times);
    screen.measure();
    screen.restart();
  });
  for (const button of page.querySelectorAll("[data-log-stream]"))
    button.addEventListener("click", () => {
      const stream = button.dataset.logStream;
      if (!look.hide.delete(stream)) look.hide.add(stream);
      button.setAttribute("aria-pressed", String(!look.hide.has(stream)));
      screen.restart();
    });

  function seek() {
    const field = find("search");
    const regex = find("regex").getAttribute("aria-pressed") === "true";
    search.regex = regex;
    try {
      search.set(
        matcher(field.value, { regex, ignoreCase: field.value === field.value.toLowerCase() }),
      );
      field.setCustomValidity("");
      field.classList.remove("is-invalid");
    } catch {
      field.classList.add("is-invalid");
      find("hits").textContent = say("noRegex");
    }
  }
  const go = (direction) => {
    const number = search.step(direction, screen.top ?? 0);
    if (number !== null) {
      screen.show(number);
      search.changed();
    }
  };
  find("search").addEventListener("input", seek);
  find("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      go(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.target.value = "";
      seek();
      event.target.blur();
    }
  });
  find("regex").addEventListener("click", () => {
    const on = find("regex").getAttribute("aria-pressed") !== "true";
    find("regex").setAttribute("aria-pressed", String(on));
    seek();
  });
  find("only").addEventListener("click", () => {
    only = !only;
    find("only").setAttribute("aria-pressed", String(only));
    search.changed();
    screen.toEnd();
  });
  const take = new Take(page, {
    store,
    screen,
    look,
    search,
    say,
    fixed:
      page.dataset.logsQuery ??
      `c=${page.dataset.logs
        .match(/(\d+)\/([^/]+)\/$/)
        .slice(1)
        .join(":")}`,
    query: () => ({ range: find("range").value }),
    text: () => find("search").value,
  });
  find("next").addEventListener("click", () => go(1));
  find("previous").addEventListener("click", () => go(-1));
  document.addEventListener(
    "keydown",
    (event) => {
      if (
        event.target.closest("input, select, textarea") ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey
      )
        return;
      if (document.querySelector("dialog[open]")) return;
      const keys = {
        d: () => take.open(),
        "/": () => find("search").focus(),
        n: () => go(1),
        N: () => go(-1),
        f: () => screen.toEnd(),
        p: () => setPaused(!paused),
        End: () => screen.toEnd(),
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      keys[event.key]();
    },
    true,
  );

  ask();
}
