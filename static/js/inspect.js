// The inspect tree: search opens what matches, a click on a name copies its path.
document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-tree-search]");
  if (!input) return;
  const tree = document.getElementById(input.dataset.treeSearch);
  const wanted = input.value.trim().toLowerCase();
  let hits = 0;
  for (const leaf of tree.querySelectorAll("[data-leaf]")) {
    const hit =
      !wanted ||
      leaf.dataset.leaf.toLowerCase().includes(wanted) ||
      leaf.textContent.toLowerCase().includes(wanted);
    leaf.hidden = !hit;
    hits += hit && wanted ? 1 : 0;
  }
  for (const branch of [...tree.querySelectorAll("details")].reverse()) {
    const any = branch.querySelector("[data-leaf]:not([hidden])");
    branch.hidden = Boolean(wanted) && !any;
    if (wanted && any) branch.open = true;
  }
  const said = document.querySelector("[data-tree-hits]");
  if (said) said.textContent = wanted ? String(hits) : "";
});
