// The editor of a text file: line numbers, a mark for what is not saved, Ctrl-S, and a word before leaving.
const form = document.querySelector("[data-editor]");
if (form) start(form);

function start(editor) {
  const text = editor.querySelector("[data-editor-text]");
  const lines = editor.querySelector("[data-editor-lines]");
  const words = document.querySelector("[data-editor-words]").dataset;
  // what the server sent: somebody may have typed before this module came
  let saved = text.defaultValue;
  let sent = saved;
  let shown = 0;

  function number() {
    let count = 1;
    for (let at = text.value.indexOf("\n"); at >= 0; at = text.value.indexOf("\n", at + 1))
      count += 1;
    if (count === shown) return;
    shown = count;
    lines.textContent = Array.from({ length: count }, (_, at) => at + 1).join("\n");
  }
  const dirty = () => text.value !== saved;
  function mark() {
    const place = editor.querySelector("[data-editor-mark]");
    if (place) place.textContent = dirty() ? words.changed : "";
  }

  text.addEventListener("input", () => {
    number();
    mark();
  });
  text.addEventListener("scroll", () => {
    lines.scrollTop = text.scrollTop;
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || text.readOnly)
      return;
    // Escape, then Tab, leaves the field
    if (text.dataset.leaving) return;
    event.preventDefault();
    text.setRangeText("\t", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  });
  text.addEventListener("keyup", (event) => {
    text.toggleAttribute("data-leaving", event.key === "Escape");
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
    event.preventDefault();
    editor.querySelector("[data-editor-save]")?.click();
  });
  editor.addEventListener("htmx:beforeRequest", () => {
    sent = text.value;
  });
  editor.addEventListener("htmx:afterSettle", () => {
    if (editor.querySelector("[data-editor-state]").hasAttribute("data-saved")) saved = sent;
    mark();
  });
  addEventListener("beforeunload", (event) => {
    if (dirty()) event.preventDefault();
  });
  number();
  mark();
  editor.toggleAttribute("data-ready", true);
}
