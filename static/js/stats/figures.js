// Figures of statistics as people read them: percent, sizes, rates, counts; and what each chart draws.
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const language = document.documentElement.lang || "en";
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(language, {
  maximumFractionDigits: 1,
  minimumFractionDigits: 1,
});
const finer = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

export function percent(value) {
  const short = value >= 100 ? whole : fine;
  return `${(value >= 10 ? short : finer).format(value)} %`;
}

export function size(bytes) {
  let unit = 0;
  let figure = bytes;
  while (figure >= 1024 && unit < UNITS.length - 1) {
    figure /= 1024;
    unit += 1;
  }
  return `${(unit === 0 || figure >= 100 || Number.isInteger(figure) ? whole : fine).format(figure)} ${UNITS[unit]}`;
}

export const count = (value) =>
  (value < 100 && !Number.isInteger(value) ? fine : whole).format(value);

// a limit as big as this is Podman's word for "none"
export const NO_LIMIT = 2 ** 60;

// metric -> how it is said; CPU comes in 0.01 % of one core
export const METRICS = {
  cpu: { unit: "percent", factor: 0.01 },
  cpu_peak: { unit: "percent", factor: 0.01 },
  memory: { unit: "size" },
  memory_peak: { unit: "size" },
  limit: { unit: "size" },
  received: { unit: "rate" },
  sent: { unit: "rate" },
  read: { unit: "rate" },
  written: { unit: "rate" },
  pids: { unit: "count" },
};
export const WIRE = ["cpu", "memory", "limit", "received", "sent", "read", "written", "pids"];

export function said(metric, value, second) {
  if (value === null || value === undefined) return "–";
  switch (METRICS[metric].unit) {
    case "percent":
      return percent(value);
    case "size":
      return size(value);
    case "rate":
      return size(value) + second;
    default:
      return count(value);
  }
}

// chart -> the metrics that it draws: of one subject, with companions drawn faintly; of several, the first alone
export const CHARTS = {
  cpu: ["cpu", "cpu_peak"],
  memory: ["memory", "memory_peak", "limit"],
  network: ["received", "sent"],
  io: ["read", "written"],
  received: ["received"],
  sent: ["sent"],
  read: ["read"],
  written: ["written"],
  pids: ["pids"],
};
export const FAINT = new Set(["cpu_peak", "memory_peak", "limit"]);
