"""Hosts as the run pages' tests have them, and rules in the database."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.access import Person
from hosts.models import Guardrail
from tests.cast import Cast
from tests.dashboard.pages.run_cast import hosts

__all__ = ["hosts"]


@pytest.fixture
def alice(cast: Cast, who_of: Any) -> Any:
    """The administrator as the domain sees her."""
    return Person(cast.alice, who_of(cast.alice))


@pytest.fixture
def bob(cast: Cast, who_of: Any) -> Any:
    """The operator."""
    return Person(cast.bob, who_of(cast.bob))


@pytest.fixture
def rail(cast: Cast) -> Callable[..., Any]:
    """Makes a rule: rail("privileged"), rail("mounts", group, allow=[…], severity="warn")."""

    def make(kind: str, *groups: Any, severity: str = "refuse", **settings: Any) -> Any:
        number = Guardrail.objects.count() + 1
        row = Guardrail.objects.create(
            name=f"{kind} {number}",
            kind=kind,
            settings=settings,
            severity=severity,
            everywhere=not groups,
        )
        row.groups.set(groups)
        return row

    return make
