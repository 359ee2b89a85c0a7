// Words come translated from the page (<template id="words">); the polite region sums up for screen readers.
const words = document.getElementById("words")?.dataset ?? {};

export function word(name, values = {}) {
  let text = words[name] ?? "";
  for (const [key, value] of Object.entries(values)) text = text.replace(`%(${key})s`, value);
  return text;
}

let waiting = null;

export function politely(text) {
  const region = document.getElementById("polite");
  if (!region) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    region.textContent = text;
  }, 400);
}
