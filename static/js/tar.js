// A tar of files that the browser holds, as a Blob: the files are read only while it is sent.
// {name, file}; a folder's name ends with a slash and its file is null.
const BLOCK = 512;
const FOLDER_MODE = 0o755;
const encoder = new TextEncoder();

function field(block, at, size, text) {
  block.set(encoder.encode(text).subarray(0, size), at);
}
function octal(block, at, size, number) {
  field(block, at, size, `${number.toString(8).padStart(size - 1, "0")}\0`);
}

function header(name, size, mtime, type, { mode, uid, gid }) {
  const block = new Uint8Array(BLOCK);
  field(block, 0, 100, name);
  octal(block, 100, 8, mode);
  octal(block, 108, 8, uid);
  octal(block, 116, 8, gid);
  octal(block, 124, 12, size);
  octal(block, 136, 12, mtime);
  field(block, 148, 8, "        ");
  field(block, 156, 1, type);
  field(block, 257, 8, "ustar\x0000");
  octal(
    block,
    148,
    7,
    block.reduce((sum, byte) => sum + byte, 0),
  );
  block[155] = 0x20;
  return block;
}

const padding = (size) => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

// names that are long or not ASCII, and files past 8 GiB, are told in a record before (pax)
function record(key, value) {
  const rest = encoder.encode(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length;
  const whole = new Uint8Array(length);
  whole.set(encoder.encode(String(length)));
  whole.set(rest, length - rest.length);
  return whole;
}

// `mode` of files, `uid` and `gid` of all
export function tar(files, { mode = 0o644, uid = 0, gid = 0 } = {}) {
  const parts = [];
  const now = Date.now();
  for (const { name, file } of files) {
    const how = { mode: file ? mode : FOLDER_MODE, uid, gid };
    const bytes = file?.size ?? 0;
    const mtime = Math.floor((file?.lastModified ?? now) / 1000);
    const records = [];
    if (encoder.encode(name).length > 99 || !/^[\x20-\x7e]*$/.test(name))
      records.push(record("path", name));
    if (bytes >= 8 ** 11) records.push(record("size", bytes));
    // what the head's seven digits do not hold
    for (const [key, id] of [
      ["uid", uid],
      ["gid", gid],
    ])
      if (id >= 8 ** 7) records.push(record(key, id));
    if (records.length) {
      const size = records.reduce((sum, one) => sum + one.length, 0);
      parts.push(header("pax", size, mtime, "x", how), ...records, padding(size));
    }
    parts.push(
      header(records.length ? "long" : name, bytes % 8 ** 11, mtime, file ? "0" : "5", how),
    );
    if (file) parts.push(file, padding(bytes));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: "application/x-tar" });
}
