// The menu of columns. What is chosen stands in the address (cols=…), so a saved view and a link keep it;
// while nothing is chosen the page's width decides. Rows hold all cells: the style shows and hides them.
const menus = () => document.querySelectorAll("[data-columns]");
const listOf = (menu) => menu.closest("live-list");
const chosen = (list) => (list.dataset.cols ?? "").split(" ").filter(Boolean);

// as they are seen now
function visible(menu) {
  const heads = listOf(menu).querySelector("thead");
  return [...menu.querySelectorAll("[data-column]")]
    .map((item) => item.dataset.column)
    .filter((name) => heads.querySelector(`.c-${name}`)?.offsetParent);
}

function tick(menu) {
  const shown = chosen(listOf(menu));
  const now = shown.length ? shown : visible(menu);
  for (const item of menu.querySelectorAll("[data-column]"))
    item.setAttribute("aria-checked", String(now.includes(item.dataset.column)));
}

function withColumns(address, names) {
  const url = new URL(address, location.href);
  if (names.length) url.searchParams.set("cols", names.join(","));
  else url.searchParams.delete("cols");
  // an address without any view opens the default one
  if (!url.search) url.search = "?q=";
  return url.pathname + url.search.replaceAll("%2C", ",");
}

function choose(menu, names) {
  const list = listOf(menu);
  if (names.length) list.dataset.cols = names.join(" ");
  else delete list.dataset.cols;
  const kept = document.querySelector("[data-filter] input[name=cols]");
  if (kept) kept.value = names.join(",");
  history.replaceState(history.state, "", withColumns(location.href, names));
  tick(menu);
  dispatchEvent(new Event("resize"));
}

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("[data-columns]") && event.target.open) {
      tick(event.target);
      event.target.querySelector("[data-column]").focus();
    }
  },
  true,
);

document.addEventListener("click", (event) => {
  const menu = event.target.closest?.("[data-columns]");
  if (!menu) return;
  const item = event.target.closest("[data-column]");
  if (item) {
    const shown = chosen(listOf(menu));
    const now = new Set(shown.length ? shown : visible(menu));
    if (!now.delete(item.dataset.column)) now.add(item.dataset.column);
    const order = [...menu.querySelectorAll("[data-column]")].map((one) => one.dataset.column);
    choose(
      menu,
      order.filter((name) => now.has(name)),
    );
  } else if (event.target.closest("[data-columns-auto]")) choose(menu, []);
});

// links of the list were written before the choice
document.addEventListener("htmx:configRequest", (event) => {
  const { target, parameters } = event.detail;
  if (!target?.matches?.("live-list") || !target.querySelector("[data-columns]")) return;
  if (event.target.closest?.("[data-filter]")) return;
  delete parameters.cols;
  event.detail.path = withColumns(event.detail.path, chosen(target));
});

addEventListener("resize", () =>
  menus().forEach((menu) => {
    if (menu.open) tick(menu);
  }),
);
