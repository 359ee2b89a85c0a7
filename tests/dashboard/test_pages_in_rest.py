"""Whatever a page can change, REST can, or the table says why not: a new page is not forgotten."""

from pathlib import Path

from dashboard.api.api import api
from dashboard.api.description import description, operations
from tests.access.rows import ONESELF, OPEN, TABLE

IN_REST = Path(__file__).with_name("pages_in_rest.txt")
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


def changes() -> set[str]:
    """Addresses of pages that change something, but for those about one's own sign-in."""
    found = set()
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            method, wants, pattern = line.split()
            own = wants in (ONESELF, OPEN) or pattern.startswith("/api/")
            if method.rstrip("*") in CHANGES and not own:
                found.add(pattern)
    return found


def test_every_change_of_a_page_is_in_rest_or_has_its_reason() -> None:
    offered = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, method, _one in operations(description(api))
    }
    told: dict[str, str] = {}
    for line in IN_REST.read_text().splitlines():
        if line.startswith("#"):
            continue
        page, sign, rest = line.split(" ", 2)
        assert page not in told, page
        assert sign == ":" or rest in offered, line
        told[page] = rest
    assert told.keys() == changes()
