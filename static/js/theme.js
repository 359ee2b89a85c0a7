// Runs before the first paint: "auto" follows the system. The choice itself is a cookie the server reads.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.themeChoice || "auto";
    const system = dark.matches ? "dark" : "light";
    root.dataset.bsTheme = choice === "auto" ? system : choice;
  };
  apply();
  dark.addEventListener("change", apply);
  root.addEventListener("haulout:theme", apply);
})();
