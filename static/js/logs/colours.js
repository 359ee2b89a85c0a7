// Terminal colours in log text, as spans. Every other escape sequence is dropped: a log must not move
// the cursor, set titles or reach the clipboard. Text goes in by textContent alone.
// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE =
  /\x1b(?:\[([0-9;:]*)([A-Za-z@`~])|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[PX^_][^\x1b]*(?:\x1b\\|$)|[ -/]*[0-~]|$)/g;
// bidirectional overrides and other invisible controls would make a line read as another
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

const fresh = () => ({ fore: "", back: "", bold: false, dim: false, italic: false, under: false });

// SGR code -> what it makes of the style
const CHANGES = new Map([
  [0, fresh],
  [1, () => ({ bold: true })],
  [2, () => ({ dim: true })],
  [3, () => ({ italic: true })],
  [4, () => ({ under: true })],
  [22, () => ({ bold: false, dim: false })],
  [23, () => ({ italic: false })],
  [24, () => ({ under: false })],
  [39, () => ({ fore: "" })],
  [49, () => ({ back: "" })],
  ...NAMES.flatMap((name, at) => [
    [30 + at, () => ({ fore: name })],
    [40 + at, () => ({ back: name })],
    [90 + at, () => ({ fore: `bright-${name}` })],
    [100 + at, () => ({ back: `bright-${name}` })],
  ]),
]);

function palette(index) {
  if (index < 8) return NAMES[index];
  if (index < 16) return `bright-${NAMES[index - 8]}`;
  return "";
}

function apply(style, codes) {
  const list = codes === "" ? [0] : codes.split(/[;:]/).map(Number);
  for (let i = 0; i < list.length; i += 1) {
    const code = list[i];
    if (code === 38 || code === 48) {
      // 256 and true colours: the 16 that have a class are shown, the others keep the plain colour
      const name = list[i + 1] === 5 ? palette(list[i + 2]) : "";
      style[code === 38 ? "fore" : "back"] = name;
      i += list[i + 1] === 5 ? 2 : 4;
    } else Object.assign(style, CHANGES.get(code)?.());
  }
}

function classes(style) {
  const names = [];
  if (style.fore) names.push(`fore-${style.fore}`);
  if (style.back) names.push(`back-${style.back}`);
  for (const name of ["bold", "dim", "italic", "under"])
    if (style[name]) names.push(`text-${name}`);
  return names.join(" ");
}

// [{text, look}] of one line
export function pieces(text) {
  if (!text.includes("\x1b")) return [{ text: text.replace(HIDDEN, "\u00b7"), look: "" }];
  const found = [];
  const style = fresh();
  let at = 0;
  const push = (part) => {
    if (part) found.push({ text: part.replace(HIDDEN, "\u00b7"), look: classes(style) });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    push(text.slice(at, match.index));
    if (match[2] === "m") apply(style, match[1]);
    at = match.index + match[0].length;
  }
  push(text.slice(at));
  return found;
}

// the text as it is read: for search and copy
export function plain(text) {
  return text.includes("\x1b") ? text.replace(SEQUENCE, "") : text;
}
