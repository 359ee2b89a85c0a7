// Building of an uploaded context: the fields are checked, the tar is sent, the output comes back line by line.
import { size } from "haulout/sizes";
import { tar } from "haulout/tar";
import { toFirstWrong } from "haulout/wrong-fields";

const form = document.querySelector("[data-build]");
const out = document.querySelector("[data-build-out]");
const KEPT_LINES = 5000;
let chosen = null;
let request = null;

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const fields = () =>
  Object.fromEntries(
    [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken",
    ),
  );

function show(name, files, bytes) {
  chosen = { name, files };
  form.querySelector("[data-build-chosen]").textContent =
    `${name} · ${files.length} · ${size(bytes)}`;
  form.querySelector("[data-problem=files]").textContent = "";
}

form?.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("[data-build-folder], [data-build-files]") || !input.files.length) return;
  const files = [...input.files];
  const top = files[0].webkitRelativePath?.split("/")[0];
  const list = files.map((file) => ({
    name: file.webkitRelativePath ? file.webkitRelativePath.slice(top.length + 1) : file.name,
    file,
  }));
  show(
    top || (files.length === 1 ? files[0].name : "context"),
    list,
    files.reduce((sum, file) => sum + file.size, 0),
  );
  input.value = "";
});

const isTar = ({ files }) =>
  files.length === 1 && /\.(tar|tgz|tar\.(gz|xz|bz2|zst))$/i.test(files[0].name);

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (request) return;
  for (const old of form.querySelectorAll("[data-checked]")) old.remove();
  if (!chosen) {
    form.querySelector("[data-problem=files]").textContent = form.dataset.choose;
    toFirstWrong(form);
    return;
  }
  const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) });
  const problems = answer.ok ? await answer.json() : { __all__: `HTTP ${answer.status}` };
  if (Object.keys(problems).length) {
    for (const [name, text] of Object.entries(problems)) problem(name, text);
    toFirstWrong(form);
    return;
  }
  send(isTar(chosen) ? chosen.files[0].file : tar(chosen.files));
});

function problem(name, text) {
  const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
  const said = Object.assign(document.createElement("p"), {
    className: "field-error",
    textContent: text,
  });
  said.dataset.checked = "";
  said.setAttribute("role", "alert");
  const holder = field?.closest(".field");
  if (holder) holder.append(said);
  else form.prepend(said);
}

function send(body) {
  const endpoint = form.elements.endpoint.value;
  const said = out.querySelector("[data-build-said]");
  const bar = out.querySelector("progress");
  const stop = out.querySelector("[data-build-stop]");
  const go = form.querySelector("[data-build-go]");
  out.querySelector("[data-build-lines]").textContent = "";
  out.querySelector("[data-build-trouble]").hidden = true;
  out.querySelector("[data-build-image]").hidden = true;
  out.hidden = false;
  bar.hidden = stop.hidden = false;
  go.disabled = true;
  out.scrollIntoView({ block: "nearest" });
  request = new XMLHttpRequest();
  request.open(
    "PUT",
    `${form.dataset.url.replace("/0/", `/${endpoint}/`)}?${new URLSearchParams({ file: chosen.name })}`,
  );
  request.setRequestHeader("X-CSRFToken", token());
  request.setRequestHeader("Content-Type", "application/x-tar");
  request.setRequestHeader("Haulout-Options", base64url(JSON.stringify(fields())));
  request.upload.addEventListener("progress", (event) => {
    bar.value = event.total ? event.loaded / event.total : 1;
    said.textContent =
      event.loaded < event.total
        ? `${size(event.loaded)} / ${size(event.total)} ${form.dataset.sent}`
        : form.dataset.working;
  });
  let read = 0;
  let end = null;
  const take = () => {
    const text = request.responseText;
    const upTo = text.lastIndexOf("\n") + 1;
    for (const line of text.slice(read, upTo).split("\n"))
      if (line) end = told(JSON.parse(line), endpoint) ?? end;
    read = upTo;
  };
  request.addEventListener("progress", () => {
    if (request.status === 200) take();
  });
  let stopped = false;
  stop.onclick = () => {
    stopped = true;
    request.abort();
  };
  request.addEventListener("loadend", () => {
    bar.hidden = stop.hidden = true;
    go.disabled = false;
    if (request.status === 200) take();
    if (request.status && request.status !== 200) {
      try {
        trouble(JSON.parse(request.responseText).error);
      } catch {
        trouble(`HTTP ${request.status}`);
      }
      end = "failed";
    }
    if (end === "done") said.textContent = form.dataset.done;
    else {
      said.textContent = "";
      if (stopped) trouble(form.dataset.stopped);
      else if (!end) trouble(form.dataset.lost);
    }
    request = null;
  });
  request.send(body);
}

function told(message, endpoint) {
  if (message.line !== undefined) {
    add(message.line);
    return null;
  }
  if (message.error) {
    trouble([message.error, message.cause].filter(Boolean).join("\n"));
    return "failed";
  }
  const link = out.querySelector("[data-build-image]");
  link.href = `/images/${endpoint}/${message.id}/`;
  link.hidden = false;
  return "done";
}

function add(text) {
  const lines = out.querySelector("[data-build-lines]");
  const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
  lines.append(document.createTextNode(text));
  while (lines.childNodes.length > KEPT_LINES) lines.firstChild.remove();
  if (atEnd) lines.scrollTop = lines.scrollHeight;
}

function trouble(text) {
  const place = out.querySelector("[data-build-trouble]");
  place.textContent = text;
  place.hidden = false;
}

function base64url(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

addEventListener("beforeunload", (event) => {
  if (request) event.preventDefault();
});
