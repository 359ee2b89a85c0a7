"""All verbs by their subject, some of them ticked."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.verbs import Verb, all_verbs, needs_of


@dataclass(frozen=True)
class Tick:
    """A verb of the form, ticked or not. `needs`: verbs that the page ticks along."""

    verb: Verb
    on: bool
    needs: str


@dataclass(frozen=True)
class Part:
    """Verbs about one subject."""

    word: str
    ticks: list[Tick]

    @property
    def on(self) -> int:
        """How many of them are ticked."""
        return sum(tick.on for tick in self.ticks)

    @property
    def sensitive(self) -> int:
        """How many of those that are ticked can leak or break something."""
        return sum(tick.on and tick.verb.sensitive for tick in self.ticks)


def parts(names: set[str] | frozenset[str]) -> list[Part]:
    """All verbs by subject, those among `names` ticked."""
    ticks = [
        Tick(verb, verb.name in names, " ".join(sorted(needs_of(verb.name))))
        for verb in all_verbs()
    ]
    return [
        Part(group_word(group), list(those))
        for group, those in groupby(ticks, key=lambda tick: tick.verb.group)
    ]


def group_word(name: str) -> str:
    """The heading of a group of verbs."""
    words = {
        "access": _("Access"),
        "artifact": _("Artifacts"),
        "audit": _("Audit log"),
        "build": _("Builds"),
        "container": _("Containers"),
        "host": _("Hosts"),
        "image": _("Images"),
        "job": _("Jobs"),
        "kube": _("Kube YAML"),
        "network": _("Networks"),
        "people": _("People"),
        "pod": _("Pods"),
        "registry": _("Registries"),
        "secret": _("Secrets"),
        "system": _("System"),
        "unit": _("Units"),
        "volume": _("Volumes"),
    }
    return words.get(name, name.capitalize())
