// A line's time as the reader wants it: their own zone, UTC, or how long ago.
const two = (n) => String(n).padStart(2, "0");

export function written(text, style) {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return "";
  if (style === "utc") return moment.toISOString().slice(11, 19);
  if (style === "relative") {
    const seconds = Math.max(0, Math.round((Date.now() - moment.getTime()) / 1000));
    if (seconds < 60) return `-${seconds}s`;
    if (seconds < 3600) return `-${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
    if (seconds < 86400) return `-${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
    return `-${Math.floor(seconds / 86400)}d${two(Math.floor(seconds / 3600) % 24)}h`;
  }
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}
