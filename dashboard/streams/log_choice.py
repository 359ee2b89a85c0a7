"""Which containers a page of merged logs shows: those named, or all that a filter line finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Sum

from dashboard.live.spec import registered
from dashboard.live.view import rows_in
from dashboard.streams.log_access import VERB
from hosts.access import Denied, NotVisible, Person, allows, get_object
from hosts.models import Endpoint, InventoryRow

MOST_SOURCES = 100
Ref = tuple[int, str]


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What the address of the page names: `refs` (endpoint, full id), or a filter `line`.

    `group` and `key`: of what the line finds only the rows of one group.
    """

    refs: tuple[Ref, ...] = ()
    line: str = ""
    locked: str = ""
    group: str = ""
    key: str = ""

    @property
    def query(self) -> str:
        """The query as in an address; "" when nothing is named."""
        if self.refs:
            return urlencode([("c", f"{endpoint}:{name}") for endpoint, name in self.refs])
        pairs = [("q", self.line), ("locked", self.locked)]
        pairs += [("group", self.group), ("key", self.key)]
        return urlencode([(name, value) for name, value in pairs if value])


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows whose logs may be read, and how many were left out or refused."""

    rows: list[InventoryRow]
    left_out: int = 0
    refused: int = 0


def log_query(given: Mapping[str, Sequence[str]]) -> LogQuery:
    """From the address: `c` as "<endpoint>:<id>", as often as wanted, or the words of a line."""
    found: list[Ref] = []
    for text in given.get("c", ())[:1000]:
        endpoint, _, podman_id = text.partition(":")
        if podman_id and endpoint.isascii() and endpoint.isdigit() and len(endpoint) < 12:
            found.append((int(endpoint), podman_id[:255]))
    words = [
        (given.get(name) or [""])[-1][:600].replace("\x00", " ").strip()
        for name in ("q", "locked", "group", "key")
    ]
    return LogQuery(tuple(dict.fromkeys(found)), *words)


def choose(person: Person, asked: LogQuery) -> Choice:
    """The rows, with endpoint and host. Denied when the person may read none of those there are.

    NotVisible when containers were named and none is there.
    """
    return _by_refs(person, asked.refs) if asked.refs else _by_line(person, asked)


def inventory_stamp() -> int:
    """Another number whenever a filter line may find other containers."""
    return Endpoint.objects.aggregate(sum=Sum("revision"))["sum"] or 0


def _by_refs(person: Person, refs: tuple[Ref, ...]) -> Choice:
    rows, refused = [], 0
    for ref in refs[:MOST_SOURCES]:
        try:
            rows.append(get_object(person, "container", *ref, verb=VERB))
        except NotVisible:
            continue
        except Denied:
            refused += 1
    if not rows:
        raise Denied(VERB) if refused else NotVisible
    return Choice(rows, max(0, len(refs) - MOST_SOURCES), refused)


def _by_line(person: Person, asked: LogQuery) -> Choice:
    spec = registered("containers")
    if not allows(person, spec.verb):
        raise NotVisible
    found = rows_in(
        spec, person, line=asked.line, locked=asked.locked, group=asked.group, key=asked.key
    )
    # a pod's infra container writes nothing
    rows = found.filter(is_infra=False)
    total = rows.count()
    first: list[InventoryRow] = list(rows.order_by("name", "id")[:MOST_SOURCES])
    permitted = [row for row in first if allows(person, VERB, row.endpoint, row)]
    if first and not permitted:
        raise Denied(VERB)
    return Choice(permitted, total - len(first), len(first) - len(permitted))
