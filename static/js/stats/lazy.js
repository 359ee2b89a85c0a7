// Charts are 50 kB: fetched by the pages that draw some, also when one comes into a page later.
function look(root) {
  if (root.matches?.("stats-charts") || root.querySelector?.("stats-charts"))
    import("haulout/stats/charts");
}

look(document);
document.addEventListener("htmx:load", (event) => look(event.target));
