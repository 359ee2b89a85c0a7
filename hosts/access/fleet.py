"""Endpoints by their hosts, and those in use as conditions on rows with an endpoint."""

from functools import cached_property
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import JSONArray

from hosts.access.among import among
from hosts.access.listed import Listed
from hosts.models import Endpoint

Ids = frozenset[int] | None

_IN_USE = ExpressionWrapper(Q(enabled=True, host__enabled=True), BooleanField())


class Fleet:
    """All endpoints as they stand when they are first asked for; conditions leave the database free to
    walk a sort's index.

    `endpoint IN (subquery)` makes SQLite collect and sort all rows (36 ms against 1.9 ms at 50,000);
    so what few endpoints are hidden is excluded instead, and nothing is said when none is.
    """

    @cached_property
    def on_host(self) -> dict[int, list[int]]:
        """Endpoints by their host: to name a thousand hosts in a condition would take longer."""
        found: dict[int, list[int]] = {}
        for host, endpoint, _used in self._all:
            found.setdefault(host, []).append(endpoint)
        return found

    def among(self, ids: Ids) -> Q:
        """Rows at those of `ids` (None: all) that are in use."""
        shown, hidden = self._apart(ids)
        if ids is not None and not shown:
            return among("endpoint_id", shown)
        if not hidden:
            return Q()
        if len(hidden) <= len(shown):
            return ~among("endpoint_id", hidden)
        return among("endpoint_id", shown)

    def beyond(self, ids: Ids, seen: frozenset[int]) -> Q | None:
        """The same without those in `seen`; None where none is left."""
        left = self._shown(ids) - seen
        return among("endpoint_id", left) if left else None

    def count(self, rows: QuerySet[Any], ids: Ids) -> int:
        """How many of `rows` are at those of `ids` that are in use."""
        shown, hidden = self._apart(ids)
        if len(hidden) > len(shown):
            return rows.filter(among("endpoint_id", shown)).count()
        unseen = rows.filter(among("endpoint_id", hidden)).count() if hidden else 0
        # two looks: rows can come in between
        return max(0, rows.count() - unseen)

    def _apart(self, ids: Ids) -> tuple[frozenset[int], frozenset[int]]:
        """(endpoints at which rows are shown, all others); the first is empty where all are shown."""
        if ids is None and not self._unused:
            return frozenset(), frozenset()
        shown = self._shown(ids)
        return shown, self._every - shown

    def _shown(self, ids: Ids) -> frozenset[int]:
        return (self._every if ids is None else ids) - self._unused

    @cached_property
    def _all(self) -> list[tuple[int, int, bool]]:
        """(host, endpoint, in use), of all in one row."""
        row = JSONArray("host_id", "pk", _IN_USE)
        return Endpoint.objects.order_by().aggregate(all=Listed(row))["all"] or []

    @cached_property
    def _every(self) -> frozenset[int]:
        return frozenset(endpoint for _host, endpoint, _used in self._all)

    @cached_property
    def _unused(self) -> frozenset[int]:
        if "_all" in self.__dict__:
            return frozenset(endpoint for _host, endpoint, used in self._all if not used)
        # for those who see everything, the only ones to know
        hidden = Endpoint.objects.filter(Q(enabled=False) | Q(host__enabled=False))
        return frozenset(hidden.order_by().values_list("pk", flat=True))
