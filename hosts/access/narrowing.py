"""Grants over some containers only: which ones, in Python and in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from django.db.models import Q

from hosts.models.inventory import NameMatches, label_condition


class Thing(Protocol):
    """What a narrowed grant looks at: a mirrored container, or one that is to be made."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class NewContainer:
    """A container that is to be made, or to get another name."""

    name: str
    labels: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`label`: "app" or "app=shop"; `names`: a pattern with * and ?. What is given must all hold."""

    label: str = ""
    names: str = ""

    def fits(self, thing: Thing) -> bool:
        """True when a grant narrowed like this concerns the container."""
        # fnmatch takes each star's first place for the last, so that no name takes long
        if self.names and not fnmatchcase(thing.name, self.names.replace("[", "[[]")):
            return False
        if not self.label:
            return True
        # "=shop" names no label, so nothing fits it
        key, equals, wanted = self.label.partition("=")
        if key not in thing.labels:
            return False
        return not equals or str(thing.labels[key]) == wanted

    def condition(self) -> Q:
        """The same on rows of the inventory."""
        found = Q()
        if self.names:
            found &= Q(NameMatches(self.names))
        if self.label:
            found &= label_condition(self.label)
        return found

    @property
    def words(self) -> str:
        """As a person would write it in a list's filter: `label:app=shop name:shop-*`."""
        parts = [f"label:{self.label}"] if self.label else []
        return " ".join(parts + ([f"name:{self.names}"] if self.names else []))
