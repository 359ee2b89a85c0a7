// Short messages at the foot: from the server (HX-Trigger: toast, or messages in the page) and from failed requests.
import { word } from "haulout/say";

const LIFE_MS = 6000;

function leave(line) {
  line.classList.add("leaving");
  setTimeout(() => line.remove(), 260);
}

function settle(line, stays = false, closed = () => {}) {
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", word("dismiss"));
  close.addEventListener("click", () => {
    leave(line);
    closed();
  });
  line.append(close);
  if (stays || line.classList.contains("tone-bad")) return;
  setTimeout(() => leave(line), LIFE_MS);
}

// the line; `closed` is called when a person closes it
export function toast(text, { tone = "calm", url = "", urlWord = "", stays = false, closed } = {}) {
  const line = document.createElement("div");
  line.className = `toast-line tone-${tone}`;
  const span = document.createElement("span");
  span.textContent = text;
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = urlWord || url;
    span.append(" ", link);
  }
  line.append(span);
  settle(line, stays, closed);
  const region = document.getElementById("toasts");
  region?.append(line);
  // the newest is seen, also where many stand
  region?.scrollTo(0, region.scrollHeight);
  return line;
}

export { leave };

for (const line of document.querySelectorAll("[data-toast]")) {
  const span = document.createElement("span");
  span.append(...line.childNodes);
  line.append(span);
  settle(line);
}

document.getElementById("toasts")?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  event.target.closest(".toast-line")?.querySelector("button").click();
});

document.addEventListener("toast", (event) => {
  const { text, tone, url, word: urlWord } = event.detail;
  toast(text, { tone, url, urlWord });
});
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.getResponseHeader("HX-Trigger")?.includes("toast")) return;
  if (xhr.status === 401) {
    location.reload();
    return;
  }
  const said = { 403: "denied", 404: "gone" }[xhr.status] ?? "failed";
  toast(word(said), { tone: "bad" });
});
document.addEventListener("htmx:sendError", () => toast(word("noAnswer"), { tone: "bad" }));
