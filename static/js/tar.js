// A tar of files that the browser holds, as a Blob: the files are read only while it is sent.
const BLOCK = 512;
const encoder = new TextEncoder();

function field(block, at, size, text) { block.set(encoder.encode(text).subarray(0, size), at); }
function octal(block, at, size, number) { field(block, at, size, `${number.toString(8).padStart(size - 1, "0")}\0`); }

function header(name, size, mtime, type) {
  const block = new Uint8Array(BLOCK);
  field(block, 0, 100, name);
  octal(block, 100, 8, 0o644);
  octal(block, 108, 8, 0);
  octal(block, 116, 8, 0);
  octal(block, 124, 12, size);
  octal(block, 136, 12, mtime);
  field(block, 148, 8, "        ");
  field(block, 156, 1, type);
  field(block, 257, 8, "ustar\x0000");
  octal(block, 148, 7, block.reduce((sum, byte) => sum + byte, 0));
  block[155] = 0x20;
  return block;
}

const padding = (size) => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

// names that are long or not ASCII, and files past 8 GiB, are told in a record before (pax)
function record(key, value) {
  const rest = encoder.encode(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  const whole = new Uint8Array(length);
  whole.set(encoder.encode(String(length)));
  whole.set(rest, length - rest.length);
  return whole;
}

export function tar(files) {
  const parts = [];
  for (const { name, file } of files) {
    const mtime = Math.floor(file.lastModified / 1000);
    const records = [];
    if (encoder.encode(name).length > 99 || !/^[\x20-\x7e]*$/.test(name)) records.push(record("path", name));
    if (file.size >= 8 ** 11) records.push(record("size", file.size));
    if (records.length) {
      const size = records.reduce((sum, one) => sum + one.length, 0);
      parts.push(header("pax", size, mtime, "x"), ...records, padding(size));
    }
    parts.push(header(records.length ? "long" : name, file.size % 8 ** 11, mtime, "0"), file, padding(file.size));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: "application/x-tar" });
}
