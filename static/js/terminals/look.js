// How terminals look: colours of the page's theme, letters, and what a person has chosen.
const LIGHT = {
  background: "#ffffff",
  foreground: "#17212b",
  cursor: "#0b6e8f",
  cursorAccent: "#ffffff",
  selectionBackground: "#b9dcea",
  black: "#17212b",
  red: "#c2332b",
  green: "#1a7f4b",
  yellow: "#8a5c00",
  blue: "#2563c9",
  magenta: "#9b35a8",
  cyan: "#0b6e8f",
  white: "#55626f",
  brightBlack: "#6f7d8a",
  brightRed: "#d8453c",
  brightGreen: "#17864e",
  brightYellow: "#976a00",
  brightBlue: "#3b78dd",
  brightMagenta: "#b04abd",
  brightCyan: "#0f7fa5",
  brightWhite: "#37424d",
};
const DARK = {
  background: "#0d1318",
  foreground: "#e2e8ee",
  cursor: "#56bbdb",
  cursorAccent: "#0d1318",
  selectionBackground: "#27485a",
  black: "#384551",
  red: "#f2776d",
  green: "#4cc38a",
  yellow: "#e5b04d",
  blue: "#7aa7f5",
  magenta: "#d68ae0",
  cyan: "#56bbdb",
  white: "#c6d0d9",
  brightBlack: "#8f9ca9",
  brightRed: "#ff9a92",
  brightGreen: "#7ddcae",
  brightYellow: "#f3cc82",
  brightBlue: "#a3c3ff",
  brightMagenta: "#e6b0ec",
  brightCyan: "#8fd6ec",
  brightWhite: "#ffffff",
};
const SMALLEST = 9;
const LARGEST = 28;

export const theme = () => (document.documentElement.dataset.bsTheme === "dark" ? DARK : LIGHT);
export const mono = () =>
  getComputedStyle(document.documentElement).getPropertyValue("--mono").trim();
export const fontSize = () => Number(localStorage.getItem("term-size")) || 13;
export const forReader = () => localStorage.getItem("term-reader") === "1";

export function changeFontSize(by) {
  const size = Math.min(Math.max(fontSize() + by, SMALLEST), LARGEST);
  localStorage.setItem("term-size", String(size));
  return size;
}

export function setReader(on) {
  localStorage.setItem("term-reader", on ? "1" : "0");
}

// calls back whenever the page turns light or dark
export function onTheme(changed) {
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
}
