"""Files that differ from an image or one of its layers: Podman's list, sorted and cut."""

from typing import Any

from hosts.models import InventoryRow

MOST_CHANGES = 3000


KINDS = {0: "changed", 1: "added", 2: "removed"}


def show_changes(row: InventoryRow, found: dict[str, Any]) -> dict[str, Any]:
    """Podman's list of changed files (of an image's layer too), sorted, counted and cut."""
    lines = [
        {"path": str(one.get("Path") or ""), "kind": KINDS.get(one.get("Kind", 0), "changed")}
        for one in found["changes"]
    ]
    lines.sort(key=lambda line: line["path"])
    counts = {kind: sum(line["kind"] == kind for line in lines) for kind in KINDS.values()}
    return {"lines": lines[:MOST_CHANGES], "more": len(lines[MOST_CHANGES:]), "counts": counts}
