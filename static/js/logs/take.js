// What is taken out of a log: copied lines, and files. A file of a range comes from the server, streamed; what a
// regular expression finds is written here, from the lines that the page has.
import { copy } from "haulout/copy";
import { plain } from "haulout/logs/colours";
import { politely } from "haulout/say";

export class Take {
  // page: the section; has: {store, screen, look, search, say, query()}
  constructor(page, has) {
    this.page = page;
    this.has = has;
    const menu = page.querySelector("[data-log-copy]");
    // a press on the menu must not take the selection away
    menu.addEventListener("mousedown", (event) => event.preventDefault());
    menu.addEventListener("click", (event) => {
      const item = event.target.closest("[data-log-copy-as]");
      if (item) this.copy(item.dataset.logCopyAs === "times");
    });
    this.dialog = page.querySelector("[data-log-download]");
    this.form = this.dialog.querySelector("form");
    page.querySelector("[data-log-download-open]").addEventListener("click", () => this.open());
    this.form.addEventListener("change", () => this.fit());
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target.closest("[data-log-download-close]"))
        this.dialog.close();
    });
  }

  // the lines that a selection touches, else those in the box
  chosen() {
    const selection = getSelection();
    const { sheet } = this.has.screen;
    if (!selection.isCollapsed && sheet.contains(selection.anchorNode)) {
      return [...sheet.children]
        .filter((line) => selection.containsNode(line, true))
        .map((line) => Number(line.dataset.number));
    }
    return this.has.screen.visible();
  }

  async copy(times) {
    const numbers = this.chosen();
    await copy(numbers.map((number) => this.line(number, times)).join("\n"));
    politely(this.has.say("copied", { n: numbers.length }));
    this.page.querySelector("[data-log-copied]").textContent = this.has.say("copied", {
      n: numbers.length,
    });
    setTimeout(() => {
      this.page.querySelector("[data-log-copied]").textContent = "";
    }, 2500);
  }

  line(number, times) {
    const { store, look } = this.has;
    const { stream, time, source, text } = store.line(number);
    if (stream === "g") return `# ${text}`;
    if (stream === "m") return `# ${look.restarted(time, text, look.sources?.get(source)?.label)}`;
    const writer = look.sources?.get(source);
    return [times && time, times && writer?.label, plain(text)]
      .filter((part) => part || part === "")
      .join(" ");
  }

  open() {
    const field = (name) => this.form.elements[name];
    const { look, search, query, text } = this.has;
    const { range } = query();
    if ([...field("range").options].some((option) => option.value === range))
      field("range").value = range;
    for (const box of this.form.querySelectorAll("[name=stream]"))
      box.checked = !look.hide.has(box.value);
    field("text").value = text();
    this.regex = search.regex && search.pattern ? search.pattern : null;
    this.form.toggleAttribute("data-regex", Boolean(this.regex));
    this.fit();
    this.dialog.showModal();
  }

  // what belongs to the chosen range and form, and nothing else
  fit() {
    const between = this.form.elements.range.value === "between" && !this.regex;
    for (const field of this.form.querySelectorAll("[data-log-between] input"))
      field.disabled = !between;
    this.form.querySelector("[data-log-between]").hidden = !between;
    this.form.querySelector("[data-log-regex-said]").hidden = !this.regex;
    const streams = [...this.form.querySelectorAll("[name=stream]")];
    const { from, to } = this.form.elements;
    to.setCustomValidity(
      from.value && to.value && from.value > to.value ? to.dataset.logOrder : "",
    );
    this.form.querySelector("[data-log-save]").disabled = !streams.some((box) => box.checked);
  }

  submit(event) {
    const hidden = this.form.querySelector("[data-log-refs]");
    // only those whose lines are shown
    const shown = [...(this.has.look.sources ?? [])].filter(
      ([number]) => !this.has.look.mute.has(number),
    );
    const muted = this.has.look.mute.size > 0;
    const pairs = muted
      ? shown.map(([, each]) => [
          "c",
          each.key
            .match(/\/containers\/(\d+)\/([^/]+)\//)
            .slice(1)
            .join(":"),
        ])
      : [...new URLSearchParams(this.has.fixed)];
    hidden.replaceChildren(
      ...pairs.map(([name, value]) =>
        Object.assign(document.createElement("input"), { type: "hidden", name, value }),
      ),
    );
    if (this.regex) {
      event.preventDefault();
      this.save();
    }
    this.dialog.close();
  }

  // the hits of a regular expression among the lines that are here
  save() {
    const given = new FormData(this.form);
    const streams = given.getAll("stream");
    const { store, search, look } = this.has;
    const json = given.get("form") === "json";
    const lines = [];
    for (const number of search.hits) {
      const { stream, source, time, text } = store.line(number);
      if (!streams.includes(stream) || look.mute.has(source)) continue;
      const writer = look.sources?.get(source);
      if (!json) {
        lines.push(this.line(number, given.get("times") !== "off"));
        continue;
      }
      const said = {
        time,
        host: writer?.host,
        container: writer?.name,
        stream: stream === "2" ? "stderr" : "stdout",
        text,
      };
      if (given.get("times") === "off") delete said.time;
      lines.push(JSON.stringify(said));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(
      new Blob([lines.map((line) => `${line}\n`).join("")], { type: "text/plain" }),
    );
    link.download = `log.${json ? "jsonl" : "log"}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}
