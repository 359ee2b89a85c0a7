// The page of terminals: tabs, panes side by side, search, letters, full screen.

import { copy } from "haulout/copy";
import { politely } from "haulout/say";
import { changeFontSize, forReader, onTheme, setReader } from "haulout/terminals/look";
import { Pane } from "haulout/terminals/pane";

const root = document.querySelector("[data-terminals]");
if (root) start(root);

function start(page) {
  const find = (name) => page.querySelector(`[data-term-${name}]`);
  const words = find("words").dataset;
  const say = (name, values = {}) =>
    (words[name] ?? name).replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  const head = document.querySelector("[data-object-head]")?.closest("live-list");
  const state = () =>
    document.querySelector("[data-object-head] [data-state]")?.dataset.state ?? "";
  const runs = () => ["running", "healthy", "unhealthy", "starting"].includes(state());
  const space = {
    say,
    panes: find("panes"),
    template: find("pane"),
    openAt: page.dataset.openAt,
    joinAt: page.dataset.joinAt,
    pageAt: page.dataset.pageAt,
    can: (name) => name !== "attach" || !!find("attach"),
  };
  const panes = [];
  let current = null;
  let split = false;
  let numbered = 0;

  function open({ key = "", wanted = {} } = {}) {
    const pane = new Pane(
      space,
      { key, wanted },
      {
        changed(one) {
          draw(one);
          // what the page was told of has ended meanwhile: as if it had not been there
          if (one.ended === "missing" && one.seen === undefined && "auto" in page.dataset)
            setTimeout(() => forget(one));
        },
        deed: (one, name) => deeds[name](one),
        copy: (text) => copy(text).then(() => politely(say("copied"))),
        leave: () => current?.tab.focus(),
        search: () => find("search").focus(),
      },
    );
    pane.tab = tabOf(pane);
    panes.push(pane);
    choose(pane);
    return pane;
  }

  function forget(pane) {
    if (!panes.includes(pane)) return;
    if (panes.length === 1 && runs()) again(pane, {});
    else drop(pane);
  }

  const again = (pane, wanted) => {
    drop(pane);
    open({ wanted });
  };
  const post = (verb) =>
    window.htmx.ajax("POST", `${page.dataset.startAt}${verb}/`, { swap: "none" });
  const deeds = {
    again: (pane) => again(pane, pane.wanted),
    attach: (pane) => again(pane, { kind: "attach" }),
    other: () => {
      const menu = page.querySelector(".term-new");
      menu.open = true;
      menu.querySelector("[name=command]").focus();
    },
    start: (pane) => {
      post("start");
      whenRunning(() => again(pane, pane.wanted));
    },
    unpause: (pane) => {
      post("unpause");
      whenRunning(() => again(pane, pane.wanted));
    },
    drop: (pane) => drop(pane),
  };

  function whenRunning(then) {
    if (runs()) {
      then();
      return;
    }
    const watch = new MutationObserver(() => {
      if (runs()) {
        watch.disconnect();
        then();
      }
    });
    if (head) watch.observe(head, { subtree: true, childList: true, attributes: true });
  }

  function tabOf(pane) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.className = "term-tab";
    tab.setAttribute("role", "tab");
    tab.addEventListener("click", () => choose(pane, true));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        const next = panes[(panes.indexOf(pane) + step + panes.length) % panes.length];
        choose(next);
        next.tab.focus();
      } else if (event.key === "Enter" || event.key === "ArrowDown") choose(pane, true);
      else if (event.key === "Delete") pane.leave();
      else return;
      event.preventDefault();
    });
    pane.element.id = `term-${++numbered}`;
    tab.setAttribute("aria-controls", pane.element.id);
    find("tabs").append(tab);
    return tab;
  }

  function draw(pane) {
    if (!pane.tab) return;
    const number = panes.filter((other) => other.title === pane.title).indexOf(pane);
    pane.tab.textContent = number > 0 ? `${pane.title} ${number + 1}` : pane.title;
    pane.tab.dataset.state = pane.state;
    pane.element.setAttribute("aria-label", pane.tab.textContent);
    find("nothing").hidden = panes.length > 0;
  }

  function choose(pane, focus = true) {
    current = pane;
    for (const other of panes) {
      const here = other === pane;
      other.tab.setAttribute("aria-selected", String(here));
      other.tab.tabIndex = here ? 0 : -1;
      other.element.toggleAttribute("data-here", here);
      other.show(split || here);
      draw(other);
    }
    if (focus && pane) pane.term.focus();
    seek(0);
  }

  function drop(pane) {
    const at = panes.indexOf(pane);
    panes.splice(at, 1);
    pane.tab.remove();
    pane.drop();
    if (current === pane) choose(panes[Math.min(at, panes.length - 1)] ?? null);
    if (!panes.length) nothing();
  }

  function nothing() {
    const on = runs();
    find("nothing").hidden = false;
    find("nothing-title").textContent = say(on ? "noneTitle" : "offTitle");
    find("nothing-text").textContent = say(on ? "noneText" : "offText");
    const wake = state() === "paused" ? "unpause" : "start";
    find("nothing-do").textContent = say(on ? "noneDo" : wake);
  }
  find("nothing-do").addEventListener("click", () => {
    if (runs()) open();
    else post(state() === "paused" ? "unpause" : "start");
  });

  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = Object.fromEntries(new FormData(event.target));
    page.querySelector(".term-new").open = false;
    open({ wanted });
  });
  find("attach")?.addEventListener("click", () => {
    page.querySelector(".term-new").open = false;
    open({ wanted: { kind: "attach" } });
  });

  const marks = () => {
    const style = getComputedStyle(document.documentElement);
    return {
      matchBackground: "#ffd54a",
      matchOverviewRuler: "#ffd54a",
      activeMatchBackground: "#ff9632",
      activeMatchColorOverviewRuler: style.getPropertyValue("--accent").trim() || "#0b6e8f",
    };
  };
  function seek(direction) {
    const text = find("search").value;
    if (!current) return;
    if (!text) {
      current.search.clearDecorations();
      find("hits").textContent = "";
      return;
    }
    const options = {
      caseSensitive: text !== text.toLowerCase(),
      incremental: direction === 0,
      decorations: marks(),
    };
    current.searchHits ??= current.search.onDidChangeResults(({ resultIndex, resultCount }) => {
      find("hits").textContent = resultCount
        ? say("hits", { at: resultIndex + 1, n: resultCount })
        : say("noHits");
    });
    if (direction < 0) current.search.findPrevious(text, options);
    else current.search.findNext(text, options);
  }
  find("search").addEventListener("input", () => seek(0));
  find("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      seek(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.target.value = "";
      seek(0);
      current?.term.focus();
    }
  });
  find("previous").addEventListener("click", () => seek(-1));
  find("next").addEventListener("click", () => seek(1));

  const restyle = () => {
    for (const pane of panes) pane.restyle();
  };
  find("smaller").addEventListener("click", () => {
    changeFontSize(-1);
    restyle();
  });
  find("larger").addEventListener("click", () => {
    changeFontSize(1);
    restyle();
  });
  const pressed = (name, on) => find(name).setAttribute("aria-pressed", String(on));
  pressed("reader", forReader());
  find("reader").addEventListener("click", () => {
    setReader(!forReader());
    pressed("reader", forReader());
    restyle();
  });
  find("split").addEventListener("click", () => {
    split = !split;
    pressed("split", split);
    page.toggleAttribute("data-split", split);
    choose(current);
  });
  find("full").addEventListener("click", () =>
    document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen(),
  );
  document.addEventListener("fullscreenchange", () => {
    pressed("full", document.fullscreenElement === page);
    current?.term.focus();
  });
  onTheme(restyle);

  for (const key of page.dataset.keys.split(" ").filter(Boolean)) open({ key });
  if (!panes.length && "auto" in page.dataset && (runs() || page.dataset.opens === "attach"))
    open({ wanted: page.dataset.opens === "attach" ? { kind: "attach" } : {} });
  if (!panes.length) {
    nothing();
    if ("auto" in page.dataset)
      whenRunning(() => {
        if (!panes.length) open();
      });
  }
}
