// A line's time as the reader wants it: their own zone, UTC, or how long ago. Fractions only where Podman
// told them; the date stays away where there is no room for it.
const two = (n) => String(n).padStart(2, "0");
const fraction = (text) =>
  text.match(/[.,](\d{1,3})/) ? `.${text.match(/[.,](\d{1,3})/)[1].padEnd(3, "0")}` : "";

export function written(text, style, { narrow = false } = {}) {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return "";
  if (style === "utc") {
    const [day, rest] = moment.toISOString().split("T");
    const time = rest.slice(0, 8) + fraction(text);
    return narrow ? time : `${day} ${time}Z`;
  }
  if (style === "relative") {
    const seconds = Math.max(0, Math.round((Date.now() - moment.getTime()) / 1000));
    if (seconds < 60) return `-${seconds}s`;
    if (seconds < 3600) return `-${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
    if (seconds < 86400)
      return `-${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
    return `-${Math.floor(seconds / 86400)}d${two(Math.floor(seconds / 3600) % 24)}h`;
  }
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}${fraction(text)}`;
  return narrow
    ? time
    : `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${time}`;
}

// how many letters such a time has, so that a wrapped line's height can be guessed
export function width(style, { narrow = false } = {}) {
  if (style === "off") return 0;
  if (style === "relative") return 9;
  return narrow ? 12 : 24;
}
