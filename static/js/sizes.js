// Bytes as people read them, as the server writes them: 1,024 to the step.
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const numbers = new Intl.NumberFormat(document.documentElement.lang || "en", {
  maximumFractionDigits: 1,
});

export function size(bytes) {
  let figure = bytes;
  let at = 0;
  while (figure >= 1024 && at < UNITS.length - 1) {
    figure /= 1024;
    at += 1;
  }
  return `${numbers.format(figure)} ${UNITS[at]}`;
}
