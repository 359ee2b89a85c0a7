"""The table of routes (the offers', and routes.txt), and what each of its lines lets whom do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.furniture.offer import Offer
from dashboard.offers import OFFERS
from tests.access.people import NOWHERE, A, Someone
from tests.dashboard.hidden_cast import HIDDEN, SEEN
from tests.dashboard.routes import API

TABLE = Path(__file__).with_name("routes.txt")
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
# how a call may end
DONE, NOT_THERE, DENIED, SIGNED_OUT = "done", "404", "403", "signed out"
# words of the table that are no verbs
OPEN, ANYONE, OWN, SEEN_HOST, ONESELF = "open", "anyone", "own", "seen", "oneself"
NOTHING = "nothing"
_OBJECTS = ("container", "pod", "image", "volume", "network", "secret", "unit")
_KINDS = {f"{kind}s": kind for kind in _OBJECTS}


@dataclass(frozen=True)
class Row:
    """A method of a route, and what it wants. `leaves`: who may do it leaves an entry. `how`: the word
    before the verbs, which says what in the call they are about.
    """

    method: str
    pattern: str
    wants: tuple[str, ...]
    leaves: bool = False
    how: str = ""

    @property
    def api(self) -> bool:
        """True of the door for programs, which come with tokens."""
        return self.pattern.startswith(API)

    @property
    def each(self) -> bool:
        """True for a list of which what is permitted is done."""
        return self.how in ("each", "asked-each")

    @property
    def names(self) -> set[str]:
        """The parts that its address has."""
        return {part["name"] for part in PART.finditer(self.pattern)}

    @property
    def kind(self) -> str:
        """Of the object that its address names."""
        if "podman_id" not in self.names:
            return ""
        if "kind" in self.names or "/container" in self.pattern:
            return "container"
        if "/kube/of/" in self.pattern:
            return "pod"
        return _KINDS[self.pattern.removeprefix(API).lstrip("/").split("/")[0]]

    @property
    def podman_id(self) -> str:
        """The object at place A: of containers the one that a narrowed grant is about."""
        return SEEN if self.kind == "container" else HIDDEN[1]

    def ends(self, who: Someone) -> str:
        """How it has to end for somebody."""
        word = self.wants[0]
        if word == OPEN:
            return DONE
        if not who.active:
            return SIGNED_OUT
        if word in (OWN, NOTHING) or self.how == "hidden":
            return NOT_THERE
        # said before anybody looks at what is named
        if self.how == "asked-form" and not who.holds(word):
            return DENIED
        if self.how == "asked-each" and (who.narrowed or not who.holds(word)):
            return DENIED
        if self.each:
            return DONE
        if not self._sees(who):
            return NOT_THERE
        if self.how == "never":
            return DENIED
        if word in (ANYONE, SEEN_HOST):
            return DONE
        return DONE if self._allowed(who) else DENIED

    def _sees(self, who: Someone) -> bool:
        names = self.names
        if self.kind:
            return who.holds(f"{self.kind}.view", A, fits=self.kind == "container")
        if self.how in ("form", "asked-form"):
            return who.holds("image.view", A)
        if self.how == "of":
            return who.holds("container.view", A, fits=True)
        if self.how == "list":
            return who.holds(self.wants[0])
        if self.wants == (SEEN_HOST,):
            return who.sees_host(A)
        if self.how in ("at", "there") or names & {"endpoint_id", "host_id", "login_id"}:
            return who.sees_host(A)
        if "job_id" in names:
            return who.holds("job.view", A)
        if "lock_id" in names:
            return who.holds("volume.view", A)
        if "approval_id" in names:
            return who.holds("guardrail.approve", A)
        if "key" in names:
            return who.holds("container.exec", A)
        if "request_id" in names:
            # a token shows what its owner may decide on only where it may see it
            return who.holds("access.view") or (not self.api and who.holds("access.approve"))
        if "number" in names:
            # who reads no entries at all is told so
            return not who.holds("audit.read") or who.holds("audit.read", A)
        return True

    def _allowed(self, who: Someone) -> bool:
        if self.how == "whole":
            return who.holds(self.wants[0]) and not who.narrowed
        about_a = self.names & {"endpoint_id", "host_id", "login_id", "job_id", "key", "lock_id"}
        here = A if about_a or self.how in ("form", "asked-form", "there", "of") else ""
        return all(who.holds(verb, here, fits=self._fits) for verb in self.wants)

    @property
    def _fits(self) -> bool:
        # what is to be made there would fit too
        return self.kind == "container" or "job_id" in self.names or self.how in ("there", "of")

    def has_effect(self, who: Someone) -> bool:
        """True when it must leave an entry: a form that names things of place A."""
        if not self.leaves or self.ends(who) != DONE or who.where == NOWHERE:
            return False
        return all(who.holds(verb, A, fits=True) for verb in self.wants if "." in verb)


# the matrix fills in less than these forms need: nothing is asked
UNFILLED = {"container stop-after", "container update", "container wait"}

# they want another verb too, and stand in the table
TAKES_MORE = {"container.recreate"}


def of_offer(offer: Offer) -> Iterator[Row]:
    """All addresses of an offer for objects, in pages and for programs: they want its verb."""
    if offer.page or offer.verb in TAKES_MORE:
        return
    kinds, wants = f"{offer.kind}s", (offer.verb,)
    part = "str" if offer.kind == "container" else "path"
    if offer.dialog:
        page = f"/{kinds}/<int:endpoint_id>/<{part}:podman_id>/{offer.name}/"
        yield Row("GET", page, wants)
        yield Row("POST", page, wants, leaves=f"{offer.kind} {offer.name}" not in UNFILLED)
    if offer.for_many:
        page = f"/{kinds}/bulk/{offer.name}/"
        yield Row("GET", page, (ANYONE,))
        yield Row("POST", page, wants, leaves=True, how="each")
    if not offer.alias:
        yield Row(
            "POST", f"{API}{kinds}/<endpoint_id>/<podman_id>/{offer.word}", wants, leaves=True
        )
        if offer.action.ask_many:
            yield Row("POST", f"{API}bulk/{kinds}/{offer.word}", wants, leaves=True, how="each")


def table() -> list[Row]:
    """Those of the offers, and the table's lines: METHOD (with * where it leaves an entry), what it wants,
    the route's pattern.
    """
    found = [row for offer in OFFERS for row in of_offer(offer)]
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            method, wants, pattern = line.split()
            how, _colon, verbs = wants.rpartition(":")
            leaves = method.endswith("*")
            words = tuple(verbs.split("+"))
            found.append(Row(method.rstrip("*"), pattern, words, leaves, how))
    return found
