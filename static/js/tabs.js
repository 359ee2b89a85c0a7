// A row of tabs that does not fit is scrolled to the one that is open: on a telephone it was out of sight.
for (const tabs of document.querySelectorAll(".tabs")) {
  const here = tabs.querySelector("[aria-current]");
  if (!here) continue;
  const [row, tab] = [tabs.getBoundingClientRect(), here.getBoundingClientRect()];
  tabs.scrollLeft += tab.left - row.left - (row.width - tab.width) / 2;
}
