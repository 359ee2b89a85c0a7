"""Static files: hashed names, compressed once; a missing entry is an error at collect time only."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed and gzipped. Not strict: a page must not fail for one picture."""

    manifest_strict = False
    # modules name each other through the import map, whose addresses are hashed already
    support_js_module_import_aggregation = False
