// Menus are <details data-menu>: one open at a time, closed by a click outside or Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    const inside = menu.contains(event.target);
    const chosen = inside && event.target.closest(".menu-item:not([data-menu-stays])");
    if (!inside || chosen) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...menu.querySelectorAll(".menu-item:not([disabled])")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
});

// a menu with something to type begins there: what is typed must not go to the page's keys
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (menu.matches?.("[data-menu][open]"))
      menu
        .querySelector(
          ".menu-body input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), .menu-body textarea",
        )
        ?.focus();
  },
  true,
);
