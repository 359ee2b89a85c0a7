// Uploading archives of images, and files of artifacts: one after the other, each with its progress, a way to stop it, and its end.
import { size } from "haulout/sizes";

const queue = [];
let running = null;

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-load]");
  if (form && event.target.name === "what") {
    const part = form.querySelector("[data-import]");
    if (part) part.hidden = form.elements.what.value !== "import";
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-download]"))
    setTimeout(() => event.target.closest("dialog")?.close());
  if (!event.target.matches("[data-load]")) return;
  event.preventDefault();
  const form = event.target;
  const problem = form.querySelector("[data-load-problem]");
  problem.textContent = "";
  const files = [...form.elements.files.files];
  if (!files.length) {
    form.elements.files.focus();
    form.elements.files.click();
    return;
  }
  const importing = form.elements.what?.value === "import";
  const fields =
    form.dataset.fields?.split(" ") ?? (importing ? ["reference", "message", "changes"] : []);
  for (const file of files) {
    const query = new URLSearchParams({ file: file.name });
    for (const name of fields) query.set(name, form.elements[name].value);
    const url = (importing ? form.dataset.importUrl : form.dataset.url).replace(
      "/0/",
      `/${form.elements.endpoint.value}/`,
    );
    add(form, file, `${url}?${query}`);
  }
  form.elements.files.value = "";
  next();
});

addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});

function add(form, file, url) {
  const row = form.querySelector("[data-load-row]").content.cloneNode(true).querySelector("li");
  const one = { form, file, url, row, request: null, stopped: false };
  const where = form.elements.endpoint.selectedOptions[0].text.split(" · ")[0];
  row.querySelector(".load-name").textContent = `${file.name} → ${where}`;
  row.querySelector("[data-load-stop]").addEventListener("click", () => {
    one.stopped = true;
    if (one.request) one.request.abort();
    else {
      queue.splice(queue.indexOf(one), 1);
      end(one, "cancelled", form.dataset.stopped);
    }
  });
  say(one, `${form.dataset.waiting} · ${size(file.size)}`);
  form.querySelector("[data-load-list]").append(row);
  queue.push(one);
}

function say(one, text) {
  one.row.querySelector(".load-said").textContent = text;
}

function end(one, how, text, cause = "") {
  one.row.dataset.ended = how;
  one.row.querySelector("[data-load-stop]").remove();
  const bar = one.row.querySelector("progress");
  if (how === "done") bar.value = 1;
  else bar.remove();
  say(one, text);
  const more = one.row.querySelector(".load-cause");
  more.textContent = cause;
  more.hidden = !cause;
}

async function next() {
  if (running) return;
  while (queue.length) {
    running = queue.shift();
    await carry(running);
  }
  running = null;
}

function carry(one) {
  const { form, file } = one;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    one.request = request;
    request.open("PUT", one.url);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Content-Type", "application/x-tar");
    const bar = one.row.querySelector("progress");
    const began = performance.now();
    request.upload.addEventListener("progress", (event) => {
      const share = event.total ? event.loaded / event.total : 1;
      bar.value = share;
      const speed = (event.loaded / Math.max(performance.now() - began, 1)) * 1000;
      say(
        one,
        share < 1
          ? `${size(event.loaded)} / ${size(event.total)} · ${size(speed)}/s`
          : form.dataset.placing,
      );
    });
    request.addEventListener("loadend", () => {
      let told = {};
      try {
        told = JSON.parse(request.responseText || "{}");
      } catch {
        told = { error: `HTTP ${request.status}` };
      }
      if (request.status === 200) end(one, "done", `${form.dataset.done} ${told.names.join(", ")}`);
      else if (one.stopped) end(one, "cancelled", form.dataset.stopped);
      else if (!request.status) end(one, "failed", form.dataset.lost);
      else end(one, "failed", [told.error, told.cure].filter(Boolean).join(" "), told.cause ?? "");
      resolve();
    });
    request.send(file);
  });
}
