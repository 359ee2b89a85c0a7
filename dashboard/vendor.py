"""Finds the few browser files we serve out of node_modules, by name.

A whole package would bring 30 MB of variants and source maps through every collectstatic.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

# served under STATIC_URL -> where it lies in node_modules
FILES = {
    "vendor/xterm/xterm.css": "@xterm/xterm/css/xterm.css",
    "vendor/xterm/xterm.mjs": "@xterm/xterm/lib/xterm.mjs",
    "vendor/xterm/addon-fit.mjs": "@xterm/addon-fit/lib/addon-fit.mjs",
    "vendor/xterm/addon-search.mjs": "@xterm/addon-search/lib/addon-search.mjs",
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    # named by the last line of the style sheet; hashing it fails when it is absent
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/uplot/uPlot.min.css": "uplot/dist/uPlot.min.css",
    "vendor/uplot/uPlot.esm.js": "uplot/dist/uPlot.esm.js",
}


class VendorFolder(FileSystemStorage):
    """node_modules seen through FILES: only names listed there exist."""

    def path(self, name: str) -> str:
        """Where the file of this served name lies; an unlisted name is a KeyError."""
        return str(Path(self.location) / FILES[name])


class VendorFiles(BaseFinder):
    """A staticfiles finder over FILES."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = VendorFolder(location=Path(settings.BASE_DIR) / "node_modules")
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to configure, so nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The file's place, or [] when it is not ours or not installed."""
        found = self.storage.path(path) if path in FILES else None
        if found is None or not Path(found).exists():
            return []
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        """Every listed file that is installed."""
        for name in FILES:
            if Path(self.storage.path(name)).exists():
                yield name, self.storage
