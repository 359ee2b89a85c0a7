// Bytes per second of what is being fetched: from two looks at the same figure, smoothed a little.
const seen = new Map();

function look() {
  for (const element of document.querySelectorAll("[data-rate]")) {
    const bytes = Number(element.dataset.bytes);
    const now = performance.now();
    const before = seen.get(element.dataset.rate);
    if (!before) {
      seen.set(element.dataset.rate, { bytes, at: now, rate: 0 });
      continue;
    }
    const seconds = (now - before.at) / 1000;
    if (seconds >= 0.4 && bytes !== before.bytes) {
      const fresh = (bytes - before.bytes) / seconds;
      const rate = before.rate ? before.rate * 0.6 + fresh * 0.4 : fresh;
      seen.set(element.dataset.rate, { bytes, at: now, rate });
    }
    const { rate } = seen.get(element.dataset.rate);
    if (rate > 0) element.textContent = `${(rate / 1e6).toFixed(1)} MB/s`;
  }
}

look();
document.addEventListener("haulout:rows", look);
