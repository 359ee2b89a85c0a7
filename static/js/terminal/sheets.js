// xterm.js writes <style> elements and style attributes, which our Content-Security-Policy refuses.
// It gets a document whose style elements are constructed style sheets, and spans that take their
// style through the object model: neither needs 'unsafe-inline' (docs/decisions/terminal-styles.md).
const plain = (name, options) => Document.prototype.createElement.call(document, name, options);

function styleSheet() {
  const sheet = new CSSStyleSheet();
  const stand = plain("span");
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

function span() {
  const made = plain("span");
  made.setAttribute = setAttribute;
  return made;
}

function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

const own = {
  createElement(name, options) {
    if (name === "style") return styleSheet();
    if (name === "span") return span();
    return plain(name, options);
  },
};

export const termDocument = new Proxy(document, {
  get(target, name) {
    if (Object.hasOwn(own, name)) return own[name];
    const value = Reflect.get(target, name, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
  set: (target, name, value) => Reflect.set(target, name, value, target),
});

// xterm.js 6.0.0 forgets the given document for one style element (`a ?? b ? c : d`), while it opens
export function openIn(term, element) {
  document.createElement = own.createElement;
  try {
    term.open(element);
  } finally {
    delete document.createElement;
  }
}
