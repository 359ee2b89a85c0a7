"""Grants for some containers only: which containers, in Python and in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from django.db.models import Q

from hosts.models.inventory import NameMatches, label_condition


class ContainerLike(Protocol):
    """What a narrowed grant is compared with: a container in the inventory or one to be made."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class NewContainer:
    """A container that is to be made or renamed."""

    name: str
    labels: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`label`: "app" or "app=shop". `names`: a pattern with * and ?. If both are given, both must match."""

    label: str = ""
    names: str = ""

    def fits(self, container: ContainerLike) -> bool:
        """True when the grant is for this container."""
        # fnmatch does not backtrack, so no name takes long
        if self.names and not fnmatchcase(container.name, self.names.replace("[", "[[]")):
            return False
        if not self.label:
            return True
        # "=shop" names no label, so nothing fits it
        key, equals, wanted = self.label.partition("=")
        if key not in container.labels:
            return False
        return not equals or str(container.labels[key]) == wanted

    def condition(self) -> Q:
        """The same as a condition on inventory rows."""
        found = Q()
        if self.names:
            found &= Q(NameMatches(self.names))
        if self.label:
            found &= label_condition(self.label)
        return found

    @property
    def words(self) -> str:
        """As a filter line writes it: `label:app=shop name:shop-*`."""
        parts = [f"label:{self.label}"] if self.label else []
        return " ".join(parts + ([f"name:{self.names}"] if self.names else []))
