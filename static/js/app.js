// Entry of every page: starts each behaviour. Live lists and streams are loaded where a page has one.
import "haulout/theme-switch";
import "haulout/rail";
import "haulout/menus";
import "haulout/times";
import "haulout/copy";
import "haulout/toasts";
import "haulout/dialogs";

if (document.querySelector("live-list")) import("haulout/live-list");
document.documentElement.dataset.ready = "";
