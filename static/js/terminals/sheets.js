// xterm.js writes <style> elements and style attributes, which our Content-Security-Policy refuses.
// Here its style elements become constructed style sheets, and spans take their style through the
// object model: neither needs 'unsafe-inline' (docs/decisions/terminal-styles.md).
const plain = Document.prototype.createElement;

function styleSheet() {
  const sheet = new CSSStyleSheet();
  const stand = plain.call(document, "span");
  stand.hidden = true;
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(stand, "textContent", {
    get: () => [...sheet.cssRules].map((rule) => rule.cssText).join("\n"),
    set: (text) => sheet.replaceSync(text),
  });
  stand.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(stand);
  };
  return stand;
}

// colours of its rows: xterm.js sets the attribute of spans, and nobody else on these pages does
HTMLSpanElement.prototype.setAttribute = function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};

// all style elements of a terminal are made while it opens
export function openIn(term, element) {
  document.createElement = (name, options) =>
    name === "style" ? styleSheet() : plain.call(document, name, options);
  try {
    term.open(element);
  } finally {
    delete document.createElement;
  }
}
