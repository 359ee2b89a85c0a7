// The forms of new objects: what the chosen host's Podman cannot is not to be chosen.
const host = document.getElementById("make-endpoint");
const driver = document.getElementById("make-driver");

function judge() {
  const rootless = "rootless" in (host.selectedOptions[0]?.dataset ?? {});
  for (const option of driver.options) option.disabled = rootless && "rootful" in option.dataset;
  if (driver.selectedOptions[0]?.disabled) driver.selectedIndex = 0;
}

if (host && driver?.querySelector("[data-rootful]")) {
  host.addEventListener("change", judge);
  judge();
}
