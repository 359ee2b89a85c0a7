"""Lists that are followed: all that is there, then what comes, changes and goes.

Nothing is kept for a reader but the numbers of the rows that it was sent: a change is looked up when
the reader has taken what was before it.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.follows import Waiting, follow_lines
from dashboard.api.lists import ListQuery
from dashboard.api.problems import field_error
from dashboard.api.recheck import person_now
from dashboard.live import filterline
from dashboard.live.figures import permitted
from dashboard.live.spec import ListSpec
from dashboard.live.view import to_q
from hosts.access import Denied, NotVisible, Person, require, visibility_key, visible_endpoints
from hosts.database_threads import in_thread
from hosts.models import INVENTORY, HostEvent, Job
from hosts.podman.errors import Interrupted

CHUNK: Final = 500
# asked about in one query, whose depth SQLite bounds
ENDPOINTS: Final = 100
# a transaction may commit this much later than the time it wrote into its row
OVERLAP: Final = timedelta(seconds=5)
Mark = dict[int, Any]


class Changes(Protocol):
    """How one kind of row changes."""

    def mark(self, person: Person) -> Mark:
        """How it stands now, to compare with."""

    def since(self, before: Mark, now: Mark) -> list[int] | None:
        """Rows that changed; None where the whole list has to be sent again."""

    def whole(self, rows: QuerySet[Any], after: int) -> list[Any]:
        """The next CHUNK of the list's beginning, by number; empty at its end."""

    def gone(self, row_ids: list[int]) -> list[dict[str, Any]]:
        """What names rows that are not in the list any more."""


class ObjectChanges:
    """Objects of the inventory, by the revisions of their endpoints."""

    def __init__(self, kind: str) -> None:
        self.model = INVENTORY[kind]

    def mark(self, person: Person) -> Mark:
        """Revision by endpoint."""
        return dict(visible_endpoints(person).values_list("pk", "revision"))

    def since(self, before: Mark, now: Mark) -> list[int] | None:
        """As Changes."""
        if before.keys() != now.keys():
            return None
        changed = [pk for pk, revision in now.items() if revision != before[pk]]
        found: list[int] = []
        for start in range(0, len(changed), ENDPOINTS):
            newer = Q(pk__in=[])
            for pk in changed[start : start + ENDPOINTS]:
                newer |= Q(endpoint_id=pk, revision__gt=before[pk])
            rows = self.model.objects.filter(newer).order_by("pk")
            found += rows.values_list("pk", flat=True)
        return found

    def whole(self, rows: QuerySet[Any], after: int) -> list[Any]:
        """As Changes."""
        return list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK])

    def gone(self, row_ids: list[int]) -> list[dict[str, Any]]:
        """The objects' ids."""
        rows = self.model.objects.filter(pk__in=row_ids).values_list("endpoint_id", "podman_id")
        return [{"endpoint": endpoint_id, "id": podman_id} for endpoint_id, podman_id in rows]


class NewEvents:
    """Events, which come and go with their time."""

    def __init__(self, most: int) -> None:
        self._most = most

    def mark(self, person: Person) -> Mark:
        """The newest number."""
        return {0: HostEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0}

    def since(self, before: Mark, now: Mark) -> list[int] | None:
        """As Changes."""
        newer = HostEvent.objects.filter(pk__gt=before[0], pk__lte=now[0])
        return list(newer.order_by("pk").values_list("pk", flat=True))

    def whole(self, rows: QuerySet[Any], after: int) -> list[Any]:
        """The newest."""
        return [] if after else list(rows.order_by("-pk")[: self._most])[::-1]

    def gone(self, row_ids: list[int]) -> list[dict[str, Any]]:
        """None goes before its time."""
        return []


class JobChanges:
    """Jobs, by the time of their last change."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: Mark = {}

    def mark(self, person: Person) -> Mark:
        """Those that changed lately: when."""
        newest = Job.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
        if newest is None:
            return {}
        late = max(self._seen.values(), default=newest) - OVERLAP
        return dict(Job.objects.filter(changed_at__gte=late).values_list("pk", "changed_at"))

    def since(self, before: Mark, now: Mark) -> list[int] | None:
        """As Changes."""
        self._seen = now
        return sorted(pk for pk, at in now.items() if before.get(pk) != at)

    def whole(self, rows: QuerySet[Any], after: int) -> list[Any]:
        """The newest."""
        return [] if after else list(rows.order_by("-pk")[: self._most])[::-1]

    def gone(self, row_ids: list[int]) -> list[dict[str, Any]]:
        """The jobs' numbers."""
        return [{"id": pk} for pk in row_ids]


@dataclass
class _Follower:
    """One program's."""

    spec: ListSpec
    changes: Changes
    name: str
    out: Callable[[Any], dict[str, Any]]
    condition: Q
    terms: tuple[filterline.Term, ...]
    who: Callable[[], Person]

    async def lines(self) -> AsyncGenerator[list[Any], None]:
        """Lists of lines, for ever."""
        with Waiting(self.spec.topics | {"access"}) as waiting:
            key, mark = await in_thread(self._stand)
            while True:
                sent: set[int] = set()
                yield [{"op": "begin"}]
                after = 0
                while rows := await in_thread(self._whole, after):
                    after = rows[-1].pk
                    sent.update(row.pk for row in rows)
                    yield [self._line(row) for row in rows]
                yield [{"op": "whole"}]
                while True:
                    await waiting.bell()
                    before, (now, newer) = mark, await in_thread(self._stand)
                    changed = (
                        None if now != key else await in_thread(self.changes.since, before, newer)
                    )
                    key, mark = now, newer
                    if changed is None:
                        break
                    spoke = False
                    for start in range(0, len(changed), CHUNK):
                        some = changed[start : start + CHUNK]
                        if lines := await in_thread(self._changed, some, sent):
                            spoke = True
                            yield lines
                    if waiting.silent(spoke=spoke):
                        yield [{"op": "alive"}]

    def _line(self, row: Any) -> dict[str, Any]:
        return {"op": self.name, self.name: self.out(row)}

    def _rows(self) -> QuerySet[Any]:
        person = self._person()
        allowed = permitted(self.spec, person, self.terms)
        return self.spec.base(person).filter(self.condition, allowed)

    def _person(self) -> Person:
        try:
            person = self.who()
            if not self.spec.open_to(person):
                raise NotVisible
        except (AuthenticationError, NotVisible, Denied) as gone:
            # the guard ends it at once
            raise Interrupted("The token or its right ended.") from gone
        return person

    def _stand(self) -> tuple[str, Mark]:
        person = self._person()
        return visibility_key(person), self.changes.mark(person)

    def _whole(self, after: int) -> list[Any]:
        return self.changes.whole(self._rows(), after)

    def _changed(self, row_ids: list[int], sent: set[int]) -> list[dict[str, Any]]:
        found = list(self._rows().filter(pk__in=row_ids).order_by("pk"))
        there = {row.pk for row in found}
        gone = [pk for pk in row_ids if pk in sent and pk not in there]
        sent.difference_update(gone)
        sent.update(there)
        lost = [{"op": "gone", **one} for one in self.changes.gone(gone)] if gone else []
        return lost + [self._line(row) for row in found]


def follow_list(
    request: HttpRequest,
    spec: ListSpec,
    asked: ListQuery,
    changes: Changes,
    name: str,
    out: Callable[[Any], dict[str, Any]],
) -> HttpResponseBase:
    """The answer. Problem 422: what this filter line finds changes without a word, or it means
    nothing. Denied.
    """
    person = person_of(request)
    if not spec.open_to(person):
        require(person, spec.verb, Target(kind="list", name=spec.name))
    if asked.sort or asked.cursor:
        wrong = "sort" if asked.sort else "cursor"
        raise field_error(wrong, _("A list that is followed has no order and no pages."))
    terms = filterline.parse(asked.q.replace("\x00", " "))
    condition, troubles = to_q(spec, terms)
    if troubles:
        raise field_error("q", " ".join(troubles))
    if spec.figures and spec.figures.filters(terms):
        raise field_error("q", _("A list that is followed cannot be filtered by what is used."))
    follower = _Follower(spec, changes, name, out, condition, terms, lambda: person_now(request))

    def recheck(now: Person) -> None:
        if not spec.open_to(now):
            raise NotVisible

    return follow_lines(request, follower.lines, recheck)
