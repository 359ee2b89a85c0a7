// Terminal colours in log text, as spans. Every other escape sequence is dropped: a log must not move
// the cursor, set titles or reach the clipboard. Text goes in by textContent alone.
const SEQUENCE =
  /\x1b(?:\[([0-9;:]*)([A-Za-z@`~])|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[PX^_][^\x1b]*(?:\x1b\\|$)|[ -/]*[0-~]|$)/g;
// bidirectional overrides and other invisible controls would make a line read as another
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

const fresh = () => ({ fore: "", back: "", bold: false, dim: false, italic: false, under: false });

function palette(index) {
  if (index < 8) return NAMES[index];
  if (index < 16) return `bright-${NAMES[index - 8]}`;
  return "";
}

function apply(style, codes) {
  const list = codes === "" ? [0] : codes.split(/[;:]/).map(Number);
  for (let i = 0; i < list.length; i += 1) {
    const code = list[i];
    if (code === 0) Object.assign(style, fresh());
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.under = true;
    else if (code === 22) style.bold = style.dim = false;
    else if (code === 23) style.italic = false;
    else if (code === 24) style.under = false;
    else if (code >= 30 && code <= 37) style.fore = NAMES[code - 30];
    else if (code === 39) style.fore = "";
    else if (code >= 40 && code <= 47) style.back = NAMES[code - 40];
    else if (code === 49) style.back = "";
    else if (code >= 90 && code <= 97) style.fore = `bright-${NAMES[code - 90]}`;
    else if (code >= 100 && code <= 107) style.back = `bright-${NAMES[code - 100]}`;
    else if (code === 38 || code === 48) {
      // 256 and true colours: the 16 that have a class are shown, the others keep the plain colour
      const name = list[i + 1] === 5 ? palette(list[i + 2]) : "";
      style[code === 38 ? "fore" : "back"] = name;
      i += list[i + 1] === 5 ? 2 : 4;
    }
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
