// A folder's page: files dropped on it or picked are uploaded one after the other.
import { Uploads } from "haulout/files/uploads";

const root = document.querySelector("[data-files]");
if (root) start(root);

function start(page) {
  const words = page.querySelector("[data-upload-words]").dataset;
  const uploads = new Uploads(page, words);
  const room = () => page.querySelector("[data-upload]");

  function take(list) {
    const folder = room();
    if (!folder || !list.length) return;
    const option = (name) => folder.querySelector(`[data-upload-${name}]`);
    const wrong = [option("mode"), option("owner")].find((field) => !field.checkValidity());
    if (wrong) {
      wrong.closest("details").open = true;
      wrong.reportValidity();
      return;
    }
    const { upload, there, path } = folder.dataset;
    uploads.add(list, { upload, there, path, mode: option("mode").value, owner: option("owner").value });
  }

  // htmx would put the table alone in place of the whole page; the address says all there is to show
  addEventListener("popstate", (event) => {
    event.stopImmediatePropagation();
    location.reload();
  }, true);

  page.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-tar]")) {
      const { unpack, path } = room().dataset;
      uploads.add([...event.target.files], { unpack, path });
      event.target.value = "";
    }
    if (!event.target.matches("[data-pick-files]")) return;
    take([...event.target.files]);
    event.target.value = "";
  });

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  const mark = (on) => page.classList.toggle("dropping", on);
  document.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event) || !room()) return;
    depth += 1;
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) mark(false);
  });
  document.addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    const files = [];
    for (const item of event.dataTransfer.items) {
      const entry = item.webkitGetAsEntry?.();
      if (entry?.isDirectory) uploads.say(words.folder.replace("%(name)s", entry.name));
      else if (item.kind === "file") files.push(item.getAsFile());
    }
    take(files.filter(Boolean));
  });
}
