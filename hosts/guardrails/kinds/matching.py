"""Matches patterns with `*` against texts, paths and image names."""

import posixpath
import re
from fnmatch import fnmatchcase

_REFERENCE = re.compile(
    r"(?P<name>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\.[a-z0-9-]+)*(?::[0-9]+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_TRANSPORT = "docker://"
# in characters; Podman takes names of 255, a tag of 128 and a digest
_LONGEST_NAME = 512


def matches(text: str, patterns: list[str]) -> bool:
    """True where one of the patterns matches the whole text. `*` matches anything."""
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def inside(path: str, allowed: str) -> bool:
    """True when `path` is `allowed` or below it. Both are absolute."""
    folder = posixpath.normpath(allowed)
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def plain_path(text: str) -> str | None:
    """The path without `..` and doubled slashes. None where it is not absolute."""
    if not text.startswith("/") or "\0" in text:
        return None
    # normpath keeps two leading slashes
    return "/" + posixpath.normpath(text).lstrip("/")


def whole_name(text: str) -> tuple[str, str, str] | None:
    """(name with registry, tag, digest) of an image. None for a short name or an id."""
    text = text.strip().removeprefix(_TRANSPORT).removeprefix("containers-storage:")
    # a longer text would take the expression minutes
    match = _REFERENCE.fullmatch(text) if len(text) <= _LONGEST_NAME else None
    if match is None:
        return None
    name = match["name"]
    registry, _slash, path = name.partition("/")
    if not ("." in registry or ":" in registry or registry == "localhost"):
        return None
    if registry == "index.docker.io":
        registry = "docker.io"
    if registry == "docker.io" and "/" not in path:
        path = f"library/{path}"
    return f"{registry}/{path}", match["tag"] or "", match["digest"] or ""


def full_name(text: str) -> str:
    """The name that Podman gives an image called so. Other text is returned as it is."""
    named = whole_name(text) or whole_name(f"localhost/{text}")
    if named is None:
        return text
    name, tag, digest = named
    return f"{name}@{digest}" if digest else f"{name}:{tag or 'latest'}"


def image_matches(name: str, tag: str, pattern: str) -> bool:
    """True where the image matches. Without `*` a pattern is a registry, a folder or one image. A pattern
    with a tag compares the tag, and no tag means `latest`. A `*` does not match beyond the registry:
    `quay.io*` must not be quay.io.example.net/x.
    """
    tagged = f"{name}:{tag or 'latest'}"
    if "*" not in pattern and "?" not in pattern:
        if "/" in pattern and ":" in pattern.rpartition("/")[2]:
            return tagged == pattern
        return name == pattern or name.startswith(pattern.rstrip("/") + "/")
    registry, slash, rest = pattern.partition("/")
    host, _slash, path = name.partition("/")
    if not fnmatchcase(host, registry):
        return False
    return not slash or fnmatchcase(path, rest) or fnmatchcase(tagged.partition("/")[2], rest)
