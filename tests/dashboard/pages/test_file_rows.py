"""A folder's rows: order, filter, pages, and names with odd characters."""

import os

from dashboard.pages.files.rows import PAGE_ROWS, crumbs, table
from dashboard.streams.transfer.file_paths import printable, quote_path
from hosts.podman.folders import FolderEntry, Listing


def found(name: str, kind: str = "file", size: int = 0, mtime: float = 0.0) -> FolderEntry:
    return FolderEntry(name, kind, size, 0o644, mtime, 0, 0, "root", "root", "")


def names(listing: Listing, **wanted: object) -> list[str]:
    asked: dict[str, object] = {"find": "", "sort": "name", "page": 1, **wanted}
    return [row.name for row in table(listing, "/", **asked)["rows"]]  # type: ignore[arg-type]


def test_order_and_filter() -> None:
    listing = Listing(
        [found("b", size=9), found("Z", "folder"), found("a", size=1, mtime=5), found("c", "link")],
        whole=True,
        by_tar=False,
    )
    assert names(listing) == ["Z", "a", "b", "c"]
    assert names(listing, sort="-size")[:2] == ["b", "a"]
    assert names(listing, sort="-time")[0] == "a"
    assert names(listing, sort="nonsense") == ["Z", "a", "b", "c"]
    assert names(listing, find="B") == ["b"]


def test_a_hundred_thousand_come_in_pages() -> None:
    listing = Listing([found(f"{n:06}") for n in range(100_000)], whole=True, by_tar=False)
    assert len(names(listing)) == PAGE_ROWS
    assert names(listing, page=200)[-1] == "099999"
    assert names(listing, page=10**6) == names(listing, page=200)


def test_strange_names_are_told_and_addressed_exactly() -> None:
    name = os.fsdecode(b"a\xff\n\x1b[31m\xe2\x80\xae?&")
    told = printable(name)
    assert told == "a\\xff\\n\\x1b[31m\\u202e?&"
    assert quote_path("/" + name) == "/a%FF%0A%1B%5B31m%E2%80%AE%3F%26"
    # what Podman's API cannot name is not offered to be opened
    row = table(Listing([found(name)], whole=True, by_tar=False), "/", find="", sort="", page=1)
    assert row["rows"][0].open == ""
    assert crumbs("/x/" + name)[-1] == (told, "/x/" + quote_path(name))
