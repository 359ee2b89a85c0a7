"""The names that an archive gives to its images, as Podman finds them when it loads the archive.

A Docker archive has them in manifest.json (RepoTags), an OCI archive in annotations of index.json
(containers/common, libimage/pull.go). Go takes keys in any case, and the last of two equal keys.
Here all of them count.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

FILES: Final = frozenset({"manifest.json", "index.json"})
# Podman reads so much of manifest.json
LIMIT_BYTES: Final = 2**20
MOST: Final = 10_000
_LISTED: Final = "repotags"
_NOTED: Final = ("org.opencontainers.image.ref.name", "io.containerd.image.name")


def names_in(content: bytes) -> list[str]:
    """Each name once, as it is written. ValueError where the content is not JSON."""
    try:
        # Go also takes bytes that are not UTF-8 for U+FFFD
        found = json.loads(content.decode(errors="replace"), object_pairs_hook=tuple)
        return list(dict.fromkeys(_names(found)))
    except RecursionError as deep:
        raise ValueError("nested too deep") from deep


def _names(value: Any) -> Iterator[str]:
    # a mapping is a tuple of pairs, a list is a list
    if isinstance(value, list):
        for one in value:
            yield from _names(one)
    elif isinstance(value, tuple):
        for key, inner in value:
            word = key.casefold()
            if word == _LISTED and isinstance(inner, list):
                yield from (one for one in inner if isinstance(one, str))
            elif word in _NOTED and isinstance(inner, str) and inner:
                yield inner
            else:
                yield from _names(inner)
