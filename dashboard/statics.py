"""Static files: hashed names, compressed once; a missing entry is an error at collect time only."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed and gzipped. Not strict: a page must not fail for one picture."""

    manifest_strict = False
    # modules name each other through the import map, whose addresses are hashed already
    support_js_module_import_aggregation = False

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """The hashed name, or `name` itself for a file that was not collected."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name
