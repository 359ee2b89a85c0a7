// One socket per page for all its live lists: subscribes again after each reconnect, acknowledges what
// was applied, and drives the live light. The server never queues more than a browser has acknowledged.
import { word } from "haulout/say";
import { clock } from "haulout/times";

const SILENCE_MS = 20_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 20_000;
const SIGNED_OUT = 4401;
const RIGHTS_CHANGED = 4409;

const lists = new Map();
let socket = null;
let waits = 0;
let heardAt = Date.now();
let awayAt = null;
let timer = null;

const light = document.getElementById("live-light");

function show(state, text, moment) {
  if (!light) return;
  light.dataset.state = state;
  const words = light.querySelector("[data-light-word]");
  const shown = moment ? `${text} ${clock(moment)}` : text;
  if (words && words.textContent !== shown) words.textContent = shown;
}

function tell(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function subscribe(id) {
  tell({ op: "watch", id, ...lists.get(id).describe() });
}

function heard() {
  heardAt = Date.now();
  awayAt = null;
  show("live", word("live"));
}

function connect() {
  clearTimeout(timer);
  timer = null;
  if (socket || document.hidden || !lists.size) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(`${scheme}//${location.host}/ws/live/`);
  socket = opened;
  opened.addEventListener("open", () => {
    waits = 0;
    heard();
    for (const id of lists.keys()) subscribe(id);
  });
  opened.addEventListener("message", (event) => {
    heard();
    const news = JSON.parse(event.data);
    if (news.op === "rows") {
      lists.get(news.id)?.apply(news);
      tell({ op: "ack" });
    } else if (news.op === "refused") lists.get(news.id)?.refused?.();
  });
  opened.addEventListener("close", (event) => {
    if (socket !== opened) return;
    socket = null;
    if (event.code === SIGNED_OUT) {
      show("away", word("signedOut"));
      location.reload();
      return;
    }
    lost(event.code === RIGHTS_CHANGED);
  });
}

function lost(atOnce) {
  if (!lists.size) return;
  awayAt ??= new Date();
  if (!atOnce) show("away", word("reconnecting"), awayAt);
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits);
  waits += 1;
  timer ??= setTimeout(connect, atOnce ? 50 : longest * (0.5 + Math.random() / 2));
}

function drop() {
  const old = socket;
  socket = null;
  old?.close();
}

setInterval(() => {
  if (socket && Date.now() - heardAt > SILENCE_MS) {
    drop();
    lost(false);
  }
}, 5000);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !socket) {
    waits = 0;
    connect();
  }
});
addEventListener("online", () => {
  waits = 0;
  connect();
});
addEventListener("pagehide", drop);
addEventListener("pageshow", (event) => {
  if (event.persisted) connect();
});

// list: {describe() -> what to watch, apply(news), refused()}
export function watch(id, list) {
  lists.set(id, list);
  if (socket?.readyState === WebSocket.OPEN) subscribe(id);
  else connect();
}

export function unwatch(id, list) {
  // a swapped list is put in before the old one goes: the new one goes on under the same id
  if (lists.get(id) !== list) return;
  lists.delete(id);
  tell({ op: "unwatch", id });
}
