"""What stands in the way of a deed whatever it makes: locks and freeze windows. For the click, and once
more in the worker.
"""

from collections.abc import Collection, Mapping
from typing import Any

from hosts.access import Person
from hosts.guardrails import locks
from hosts.guardrails.freezes import Open, open_at
from hosts.guardrails.verdict import Finding, Verdict
from hosts.models import Endpoint, ObjectLock


class Standing:
    """Asked about many orders: what stands at an endpoint is read once."""

    def __init__(self) -> None:
        self._locks: dict[int, list[ObjectLock]] = {}
        self._freezes: dict[int, list[Open]] = {}

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
        """`verdict` with what stands in the way, as `person` may hear it. `named`: names that images would
        get.
        """
        if endpoint.pk not in self._locks:
            self._locks[endpoint.pk] = locks.at(endpoint)
            self._freezes[endpoint.pk] = open_at(endpoint)
        found: list[Finding] = []
        lock = locks.in_the_way(
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
