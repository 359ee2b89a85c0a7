"""Locks and freeze windows block an action whatever it makes. Checked at the click and in the worker."""

from collections.abc import Collection, Mapping
from typing import Any

from hosts.access import Person
from hosts.guardrails import locks
from hosts.guardrails.freezes import OpenWindow, open_windows_at
from hosts.guardrails.verdict import Finding, Verdict
from hosts.models import Endpoint, ObjectLock


class Blockers:
    """Checks many actions. The locks and windows of an endpoint are read once."""

    def __init__(self) -> None:
        self._locks: dict[int, list[ObjectLock]] = {}
        self._freezes: dict[int, list[OpenWindow]] = {}

    def add(
        self,
        verdict: Verdict,
        endpoint: Endpoint,
        verb: str,
        *,
        kind: str,
        object_id: str,
        name: str,
        params: Mapping[str, Any],
        person: Person | None = None,
        named: Collection[str] = (),
    ) -> Verdict:
        """The verdict with blocking locks and windows added, in words that `person` may read. `named`:
        names that images would get.
        """
        if endpoint.pk not in self._locks:
            self._locks[endpoint.pk] = locks.locks_at(endpoint)
            self._freezes[endpoint.pk] = open_windows_at(endpoint)
        found: list[Finding] = []
        lock = locks.blocking_lock(
            self._locks[endpoint.pk],
            endpoint,
            verb,
            kind=kind,
            object_id=object_id,
            name=name,
            params=params,
            person=person,
            named=named,
        )
        if lock is not None:
            found.append(lock)
        found += [one.finding() for one in self._freezes[endpoint.pk] if one.concerns(verb)]
        return Verdict((*found, *verdict.findings), verdict.rules) if found else verdict
