// Entry of every page: starts each behaviour.
import "haulout/theme-switch";
import "haulout/rail";
import "haulout/menus";
import "haulout/times";
import "haulout/copy";
import "haulout/asking";
import "haulout/toasts";
import "haulout/dialogs";
import "haulout/approval";
import "haulout/live-list";
import "haulout/selection";
import "haulout/groups";
import "haulout/pending";
import "haulout/filter-line";
import "haulout/keys";
import "haulout/logs/peek";
import "haulout/ring";
import "haulout/notices";
import "haulout/inspect";
import "haulout/pull-form";
import "haulout/image-load";
import "haulout/rates";
import "haulout/audit";
import "haulout/search";
import "haulout/stats/lazy";
import "haulout/sparks";

document.documentElement.dataset.ready = "";
