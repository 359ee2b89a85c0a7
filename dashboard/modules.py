"""The browser modules: their name in `import` statements, and the file served for it."""

# ES modules under static/; entry is js/app.js, which every page loads
MODULES = {
    "haulout/theme-switch": "js/theme-switch.js",
    "haulout/remember": "js/remember.js",
    "haulout/rail": "js/rail.js",
    "haulout/menus": "js/menus.js",
    "haulout/tabs": "js/tabs.js",
    "haulout/times": "js/times.js",
    "haulout/copy": "js/copy.js",
    "haulout/asking": "js/asking.js",
    "haulout/toasts": "js/toasts.js",
    "haulout/dialogs": "js/dialogs.js",
    "haulout/say": "js/say.js",
    "haulout/wrong-fields": "js/wrong-fields.js",
    "haulout/live-socket": "js/live-socket.js",
    "haulout/measured": "js/measured.js",
    "haulout/columns": "js/columns.js",
    "haulout/live-list": "js/live-list.js",
    "haulout/selection": "js/selection.js",
    "haulout/groups": "js/groups.js",
    "haulout/keys": "js/keys.js",
    "haulout/filter-line": "js/filter-line.js",
    "haulout/pending": "js/pending.js",
    "haulout/ring": "js/ring.js",
    "haulout/notices": "js/notices.js",
    "haulout/failures": "js/failures.js",
    "haulout/freezes": "js/freezes.js",
    "haulout/approval": "js/approval.js",
    "haulout/rates": "js/rates.js",
    "haulout/audit": "js/audit.js",
    "haulout/search": "js/search.js",
    "haulout/tar": "js/tar.js",
    "haulout/inspect": "js/inspect.js",
    **{
        f"haulout/logs/{name}": f"js/logs/{name}.js"
        for name in (
            "store",
            "screen",
            "source",
            "search",
            "colours",
            "times",
            "take",
            "sources",
            "peek",
        )
    },
    **{
        f"haulout/terminals/{name}": f"js/terminals/{name}.js"
        for name in ("look", "pane", "sheets", "socket", "endings")
    },
    "@xterm/xterm": "vendor/xterm/xterm.mjs",
    "@xterm/addon-fit": "vendor/xterm/addon-fit.mjs",
    "@xterm/addon-search": "vendor/xterm/addon-search.mjs",
    "haulout/pull-form": "js/pull-form.js",
    "haulout/image-load": "js/image-load.js",
    "haulout/sizes": "js/sizes.js",
    "haulout/files/trees": "js/files/trees.js",
    "haulout/files/uploads": "js/files/uploads.js",
    "uplot": "vendor/uplot/uPlot.esm.js",
    **{
        f"haulout/stats/{name}": f"js/stats/{name}.js"
        for name in ("chart", "charts", "figures", "lazy", "points", "source", "table")
    },
    "haulout/sparks": "js/sparks.js",
}
