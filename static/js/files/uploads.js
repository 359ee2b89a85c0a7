// Uploads under way: one at a time, each with its progress, a word how it ended, and a way to stop it.
import { size } from "haulout/sizes";
import { toast } from "haulout/toasts";

const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");

export class Uploads {
  constructor(page, words) {
    this.page = page;
    this.words = words;
    this.box = page.querySelector("[data-uploads]");
    this.list = page.querySelector("[data-uploads-list]");
    this.sum = page.querySelector("[data-uploads-sum]");
    this.row = page.querySelector("[data-upload-row]");
    this.dialog = page.querySelector("[data-upload-ask]");
    const say = (selector) => this.dialog.querySelector(selector).textContent;
    this.asks = {
      file: { title: words.exists, text: say("p"), go: say("[data-answer=replace]") },
      folder: { title: words.existsFolder, text: words.merge, go: words.mergeGo },
    };
    this.waiting = [];
    this.running = null;
    this.all = 0;
    this.ended = 0;
    this.forAll = "";
    page.querySelector("[data-uploads-clear]").addEventListener("click", () => this.clear());
    addEventListener("beforeunload", (event) => {
      if (this.running) event.preventDefault();
    });
  }

  say(text) {
    toast(text, { tone: "warn" });
  }

  // `to`: upload and there (addresses), path (quoted), mode, owner; or unpack, and there for a folder
  add(files, to) {
    if (!this.running && !this.waiting.length) {
      this.all = this.ended = 0;
      this.forAll = "";
    }
    for (const file of files) {
      const row = this.row.content.cloneNode(true).querySelector("li");
      row.querySelector(".upload-name").textContent = file.name;
      const one = { file, to, row, request: null, stopped: false };
      row.querySelector("[data-upload-stop]").addEventListener("click", () => this.stop(one));
      this.tell(one, `${this.words.waiting} · ${size(file.size)}`);
      this.list.append(row);
      this.waiting.push(one);
      this.all += 1;
    }
    this.box.hidden = false;
    this.next();
  }

  clear() {
    for (const row of this.list.querySelectorAll("[data-ended]")) row.remove();
    this.box.hidden = !this.list.children.length;
  }

  tell(one, text) {
    one.row.querySelector(".upload-said").textContent = text;
  }

  stop(one) {
    one.stopped = true;
    if (one === this.running) one.request?.abort();
    else this.end(one, "cancelled", this.words.cancelled);
    this.waiting = this.waiting.filter((other) => other !== one);
  }

  end(one, how, text) {
    one.row.dataset.ended = how;
    one.row.querySelector("[data-upload-stop]").remove();
    if (how === "done") one.row.querySelector("progress").value = 1;
    else one.row.querySelector("progress").remove();
    this.tell(one, text);
    this.ended += 1;
    this.count();
  }

  count() {
    this.sum.textContent = this.words.sum
      .replace("%(done)s", this.ended)
      .replace("%(all)s", this.all);
  }

  async next() {
    this.count();
    if (this.running) return;
    let changed = false;
    while (this.waiting.length) {
      this.running = this.waiting.shift();
      changed = (await this.carry(this.running)) || changed;
    }
    this.running = null;
    if (changed) document.body.dispatchEvent(new CustomEvent("files-changed"));
  }

  // a tar goes twice: judged first, so that one refused entry leaves nothing half-done
  async unpack(one) {
    if (one.to.there && (await this.there(one))) {
      if (one.stopped) return this.stopped(one);
      if ((await this.ask(one.file.name, "folder")) !== "replace") {
        this.end(one, "skipped", this.words.skipped);
        return false;
      }
    }
    for (const check of [1, 0]) {
      if (one.stopped) return this.stopped(one);
      one.writing = !check;
      const answer = await this.send(
        one,
        `${one.to.unpack}?path=${one.to.path}&check=${check}`,
        check ? this.words.checking : "",
      );
      if (answer.status !== 200) return this.failed(one, answer);
      if (!check)
        this.end(
          one,
          "done",
          answer.said.entries === 1
            ? this.words.unpackedOne
            : this.words.unpacked.replace("%(n)s", numbers.format(answer.said.entries)),
        );
    }
    return true;
  }

  failed(one, answer) {
    if (one.stopped)
      this.end(one, "cancelled", one.writing ? this.words.half : this.words.cancelled);
    else if (!answer.status) this.end(one, "failed", this.words.lost);
    else this.end(one, "failed", [answer.said.error, answer.said.cause].filter(Boolean).join(" "));
    return !answer.status || Boolean(one.writing);
  }

  async carry(one) {
    if (one.to.unpack) return this.unpack(one);
    let replace = false;
    if (await this.there(one)) {
      if (one.stopped) return this.stopped(one);
      const chosen = this.forAll || (await this.ask(one.file.name));
      if (chosen !== "replace") {
        this.end(one, "skipped", this.words.skipped);
        return false;
      }
      replace = true;
    }
    for (;;) {
      if (one.stopped) return this.stopped(one);
      const answer = await this.send(one, this.address(one, replace));
      if (answer.status === 200) {
        this.end(
          one,
          "done",
          `${answer.said.replaced ? this.words.replaced : this.words.done} · ${size(one.file.size)}`,
        );
        return true;
      }
      if (answer.status === 409 && !replace) {
        const chosen = this.forAll || (await this.ask(one.file.name));
        if (chosen === "replace") {
          replace = true;
          continue;
        }
        this.end(one, "skipped", this.words.skipped);
        return false;
      }
      return this.failed(one, answer);
    }
  }

  stopped(one) {
    this.end(one, "cancelled", this.words.cancelled);
    return false;
  }

  // asked before a byte is sent; whoever makes the file meanwhile is met with a 409
  async there(one) {
    const slash = one.to.path.endsWith("/") ? "" : "/";
    try {
      const answer = await fetch(
        `${one.to.there}?path=${one.to.path}${slash}${encodeURIComponent(one.file.name)}`,
      );
      return answer.ok && (await answer.json()).there;
    } catch {
      return false;
    }
  }

  address(one, replace) {
    const query = new URLSearchParams({
      name: one.file.name,
      mtime: one.file.lastModified,
      replace: replace ? 1 : 0,
    });
    if (!replace && one.to.mode) query.set("mode", one.to.mode);
    if (!replace && one.to.owner) query.set("owner", one.to.owner);
    return `${one.to.upload}?path=${one.to.path}&${query}`;
  }

  send(one, address, doing = "") {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      one.request = request;
      request.open("PUT", address);
      request.setRequestHeader(
        "X-CSRFToken",
        JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"],
      );
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "text";
      const bar = one.row.querySelector("progress");
      const began = performance.now();
      request.upload.addEventListener("progress", (event) => {
        const share = event.total ? event.loaded / event.total : 1;
        bar.value = share;
        const speed = (event.loaded / Math.max(performance.now() - began, 1)) * 1000;
        this.tell(
          one,
          share < 1
            ? `${doing ? `${doing} · ` : ""}${size(event.loaded)} / ${size(event.total)} · ${size(speed)}/s`
            : this.words.placing,
        );
      });
      request.addEventListener("loadend", () => {
        let said = {};
        try {
          said = JSON.parse(request.responseText || "{}");
        } catch {
          said = { error: `HTTP ${request.status}` };
        }
        resolve({ status: request.status, said });
      });
      request.send(one.file);
    });
  }

  ask(name, kind = "file") {
    const { dialog } = this;
    const { title, text, go } = this.asks[kind];
    dialog.querySelector("h2").textContent = title.replace("%(name)s", name);
    dialog.querySelector("p").textContent = text;
    dialog.querySelector("[data-answer=replace]").textContent = go;
    dialog.querySelector("label").hidden = kind === "folder";
    dialog.querySelector("[data-upload-all]").checked = false;
    dialog.showModal();
    return new Promise((resolve) => {
      const done = (chosen) => {
        if (dialog.querySelector("[data-upload-all]").checked) this.forAll = chosen;
        dialog.removeEventListener("click", clicked);
        dialog.removeEventListener("cancel", cancelled);
        dialog.close();
        resolve(chosen);
      };
      const clicked = (event) => {
        if (event.target.dataset.answer) done(event.target.dataset.answer);
      };
      const cancelled = () => done("skip");
      dialog.addEventListener("click", clicked);
      dialog.addEventListener("cancel", cancelled);
    });
  }
}
