// A folder of the person's own machine as entries of a tar: {name, file}, folders with file null and first.

// a browser holds a record of each; beyond this a tar made elsewhere does better
export const MOST = 100_000;

export class TooMany extends Error {}

function add(found, one) {
  found.push(one);
  if (found.length > MOST) throw new TooMany();
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

// readEntries tells some at a time, until it tells none
async function inside(entry) {
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
    if (all.length > MOST) throw new TooMany();
  }
}

// of a folder that was dropped (FileSystemDirectoryEntry), with empty folders too
export async function dropped(top) {
  const found = [];
  const walk = async (entry, path) => {
    if (!entry.isDirectory) {
      add(found, { name: path, file: await fileOf(entry) });
      return;
    }
    add(found, { name: `${path}/`, file: null });
    for (const one of await inside(entry)) await walk(one, `${path}/${one.name}`);
  };
  await walk(top, top.name);
  return found;
}

// of a folder that was picked: a list of files that name their way
export function picked(files) {
  const found = [];
  const known = new Set();
  for (const file of files) {
    const parts = file.webkitRelativePath.split("/");
    for (let at = 1; at < parts.length; at += 1) {
      const folder = `${parts.slice(0, at).join("/")}/`;
      if (!known.has(folder)) {
        known.add(folder);
        add(found, { name: folder, file: null });
      }
    }
    add(found, { name: file.webkitRelativePath, file });
  }
  return found;
}
