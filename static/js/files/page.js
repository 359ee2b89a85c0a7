// A folder's page: files dropped on it or picked are uploaded one after the other, a folder as one tar.
import { dropped, MOST, picked, TooMany } from "haulout/files/trees";
import { Uploads } from "haulout/files/uploads";
import { tar } from "haulout/tar";

const root = document.querySelector("[data-files]");
if (root) start(root);

function start(page) {
  const words = page.querySelector("[data-upload-words]").dataset;
  const uploads = new Uploads(page, words);
  const room = () => page.querySelector("[data-upload]");

  // mode and owner as given; null where there is no place to put anything, or they read wrong
  function options() {
    const folder = room();
    if (!folder) return null;
    const option = (name) => folder.querySelector(`[data-upload-${name}]`);
    const wrong = [option("mode"), option("owner")].find((field) => !field.checkValidity());
    if (wrong) {
      wrong.closest("details").open = true;
      wrong.reportValidity();
      return null;
    }
    return { ...folder.dataset, mode: option("mode").value, owner: option("owner").value };
  }

  function take(list) {
    if (!list.length) return;
    const { upload, there, path, mode, owner } = options() ?? {};
    if (upload) uploads.add(list, { upload, there, path, mode, owner });
  }

  // new files and folders belong to whom this folder belongs, where that can be told
  async function ownerOf({ there, path, owner }) {
    if (owner) return owner.split(":").map(Number);
    try {
      const said = await (await fetch(`${there}?path=${path}&owner=1`)).json();
      return said.owner ?? [0, 0];
    } catch {
      return [0, 0];
    }
  }

  // `found`: a promise of the entries below `name`
  async function takeFolder(name, found) {
    const to = options();
    if (!to) return;
    try {
      const entries = await found();
      const [uid, gid] = await ownerOf(to);
      const packed = tar(entries, {
        mode: to.mode ? Number.parseInt(to.mode, 8) : undefined,
        uid,
        gid,
      });
      uploads.add([new File([packed], name)], {
        unpack: to.unpack,
        there: to.there,
        path: to.path,
      });
    } catch (error) {
      const said = error instanceof TooMany ? words.many : words.unread;
      uploads.say(
        said
          .replace("%(name)s", name)
          .replace("%(n)s", MOST.toLocaleString(document.documentElement.lang || "en")),
      );
    }
  }

  // htmx would put the table alone in place of the whole page; the address says all there is to show
  addEventListener(
    "popstate",
    (event) => {
      event.stopImmediatePropagation();
      location.reload();
    },
    true,
  );

  page.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-tar]")) {
      const { unpack, path } = room().dataset;
      uploads.add([...event.target.files], { unpack, path });
      event.target.value = "";
    }
    if (event.target.matches("[data-pick-folder]") && event.target.files.length) {
      const list = [...event.target.files];
      takeFolder(list[0].webkitRelativePath.split("/")[0], async () => picked(list));
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
  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    const files = [];
    const folders = [];
    for (const item of event.dataTransfer.items) {
      const entry = item.webkitGetAsEntry?.();
      if (entry?.isDirectory) folders.push(entry);
      else if (item.kind === "file") files.push(item.getAsFile());
    }
    take(files.filter(Boolean));
    for (const entry of folders) takeFolder(entry.name, () => dropped(entry));
  });
}
