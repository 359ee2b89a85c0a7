"""A folder's entries as table rows: filtered, sorted, paged."""

import posixpath
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from dashboard.streams.transfer.file_paths import printable, quote_path
from hosts.podman import archive
from hosts.podman.folders import FolderEntry, Listing

PAGE_ROWS: Final = 500
_ICONS: Final = {"folder": "folder", "link": "link-2", "file": "file", "device": "hard-drive"}
_TYPE_BITS: Final = {
    "folder": stat.S_IFDIR,
    "link": stat.S_IFLNK,
    "pipe": stat.S_IFIFO,
    "socket": stat.S_IFSOCK,
    "device": stat.S_IFCHR,
}
SORTS: Final = {
    "name": lambda found: (found.kind != "folder", found.name.casefold()),
    "size": lambda found: found.size_bytes if found.kind == "file" else -1,
    "time": lambda found: found.mtime_s,
}


@dataclass(frozen=True, slots=True)
class FileRow:
    """One entry. `path` is quoted for a query. `open`: what a click opens, folder, file or ""."""

    name: str
    path: str
    kind: str
    icon: str
    open: str
    size_bytes: int | None
    mode: str
    octal: str
    owner: str
    mtime: datetime | None
    target: str
    plain: bool


def row_of(folder: str, found: FolderEntry) -> FileRow:
    path = posixpath.join(folder, found.name)
    speakable = archive.is_utf8(path)
    opens = found.kind if found.kind in ("folder", "file") else ""
    if found.kind == "link":
        # its target is looked at when somebody opens it
        opens = "folder"
    owner = f"{found.owner or found.uid}:{found.group or found.gid}" if found.uid >= 0 else "–"
    return FileRow(
        name=printable(found.name),
        path=quote_path(path),
        kind=found.kind,
        icon=_ICONS.get(found.kind, "file-question-mark"),
        open=opens if speakable else "",
        size_bytes=found.size_bytes if found.kind == "file" else None,
        mode=stat.filemode(found.mode | _TYPE_BITS.get(found.kind, stat.S_IFREG)),
        octal=f"{found.mode:o}",
        owner=printable(owner),
        mtime=_moment(found.mtime_s),
        target=printable(found.target),
        plain=speakable,
    )


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def table(listing: Listing, folder: str, *, find: str, sort: str, page: int) -> dict[str, Any]:
    """Context of files/table.html."""
    found = listing.entries
    if find:
        wanted = find.casefold()
        found = [one for one in found if wanted in one.name.casefold()]
    by = sort.removeprefix("-")
    if by not in SORTS:
        by, sort = "name", "name"
    found = sorted(found, key=SORTS[by], reverse=sort.startswith("-"))
    pages = max(1, -(-len(found) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_ROWS
    return {
        "rows": [row_of(folder, one) for one in found[first : first + PAGE_ROWS]],
        "count": len(found),
        "total": len(listing.entries),
        "find": find,
        "sort": sort,
        "by": by,
        "page": page,
        "pages": pages,
        "first": first + 1,
        "last": min(first + PAGE_ROWS, len(found)),
        "listing": listing,
    }


def crumbs(path: str) -> list[tuple[str, str]]:
    """(text, quoted path) from the root to `path`."""
    found = [("/", "/")]
    parts = path.strip("/").split("/") if path != "/" else []
    for count, part in enumerate(parts, 1):
        found.append((printable(part), quote_path("/" + "/".join(parts[:count]))))
    return found
