// Keeps <time data-style> counting and in the reader's own zone; the exact moment stays on hover.
import { remember } from "haulout/remember";
import { word } from "haulout/say";

const units = word("units").split("|");
const steps = [
  [60, 1, 0, 0],
  [3600, 60, 1, 1],
  [86400, 3600, 2, 2],
  [5184000, 86400, 3, 4],
  [63072000, 2592000, 5, 6],
  [Number.POSITIVE_INFINITY, 31536000, 7, 8],
];
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const pad = (n) => String(n).padStart(2, "0");

export const clock = (moment) =>
  `${pad(moment.getHours())}:${pad(moment.getMinutes())}:${pad(moment.getSeconds())}`;

function full(moment) {
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())} ${clock(moment)}`;
}

export function ago(moment, now = Date.now()) {
  const delta = (now - moment) / 1000;
  let seconds = Math.abs(delta);
  if (seconds < 5) return word("now");
  const fit = () => steps.find(([limit]) => seconds < limit);
  // what comes is told to the nearest: eight hours that were just chosen are not seven
  if (delta < 0) seconds = Math.round(seconds / fit()[1]) * fit()[1];
  const [, length, one, many] = fit();
  const count = Math.floor(seconds / length);
  const span = `${count} ${units[count === 1 ? one : many]}`;
  return word(delta < 0 ? "in" : "ago", { span });
}

function written(moment, style) {
  if (style === "clock") return clock(moment);
  if (style === "ago") return ago(moment);
  // what was due a moment ago is due now
  if (style === "next") return ago(new Date(Math.max(moment, Date.now())));
  return full(moment);
}

export function refresh(root = document) {
  for (const element of root.querySelectorAll("time[data-style]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const shown = written(moment, element.dataset.style);
    if (element.textContent !== shown) element.textContent = shown;
    if (element.dataset.style === "full") element.title = ago(moment);
    else if (!element.dataset.exact) {
      element.dataset.exact = "1";
      element.title = exact.format(moment);
    }
  }
}

// dates that are typed in a filter are read by the reader's clock (dashboard/dates.py)
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (timeZone) remember("zone", timeZone);

refresh();
setInterval(() => {
  if (!document.hidden) refresh();
}, 5000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
document.addEventListener("htmx:afterSettle", (event) => refresh(event.detail.elt ?? document));
document.addEventListener("haulout:rows", (event) => refresh(event.target));
