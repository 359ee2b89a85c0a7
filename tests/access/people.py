"""Who the matrix tries, and what each of them may do: said here a second time, and more simply.

Place A is host 1 with the Podmans 1 and 2, place B is host 2 with Podman 3 (tests.dashboard.hidden_cast).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts import verbs as registry
from accounts.models import Membership, Role, Team
from accounts.verbs import built_in_verbs
from hosts.access import Person, Scope
from hosts.models import Grant, Group
from tests.fresh_person import person_of

if TYPE_CHECKING:
    from accounts.models import User
    from hosts.access import Scope

A, B, EVERYWHERE, NOWHERE = "A", "B", "everywhere", "nowhere"
HOST_OF = {A: 1, B: 2}
PLACE_OF = {1: A, 2: A, 3: B}
NAMES = (
    "admin",
    "owner",
    "other",
    "viewer",
    "auditor",
    "none",
    "disabled",
    "expired",
    "narrowed",
    "token for reading",
    "token for elsewhere",
)
# no session has less than its owner
BY_THEMSELVES = tuple(name for name in NAMES if not name.startswith("token"))


@dataclass(frozen=True)
class Someone:
    """`verbs` at `where`; those about the site only with a role of one's own. `narrowed`: for
    containers labelled app=shop alone. `scope`: they come with a token of this scope alone, which
    `token` describes. All others come with an unlimited token, or with a session.
    """

    user: "User"
    verbs: frozenset[str] = frozenset()
    where: str = NOWHERE
    site: frozenset[str] = frozenset()
    narrowed: bool = False
    scope: "Scope | None" = None
    token: dict[str, Any] = field(default_factory=dict)
    active: bool = field(default=True)

    def holds(self, verb: str, at: str = "", *, fits: bool = False) -> bool:
        """At place A or B, or (no `at`) anywhere. `fits`: it is about a container that fits."""
        if verb in self.site:
            return True
        if verb not in self.verbs or not self.active:
            return False
        if self.where == NOWHERE:
            # a token's owner holds it somewhere: enough for a page, on which nothing is
            return self.scope is not None and not at
        if self.narrowed and verb == "host.view" and not at:
            # that the host of what they see is there shows with it, on pages and lists of what they see
            return True
        if self.narrowed and not (verb.startswith("container.") and (fits or not at)):
            return False
        return not at or self.where in (at, EVERYWHERE)

    def sees_host(self, at: str) -> bool:
        """A host is there for who may see a single container on it."""
        return self.holds("host.view", at) or self.holds("container.view", at, fits=True)

    def person(self) -> Any:
        """As a request brings them in, read anew."""
        found = person_of(self.user)
        return Person(found.user, found.who, self.scope)


def everyone(member: Callable[..., "User"]) -> dict[str, Someone]:
    """All of NAMES. `member(name, role="member", active=True)` makes the row of somebody."""
    site = frozenset(verb.name for verb in registry.all_verbs() if verb.site)
    does, looks, reads = (built_in_verbs(name) for name in ("operator", "viewer", "auditor"))
    every = built_in_verbs("admin")
    operator = {"role": Role.objects.get(name="operator"), "made_by": "Alice"}
    ours, theirs = Group.objects.get(pk=1), Group.objects.get(pk=2)

    def teammate(name: str, group: Group) -> "User":
        user = member(name)
        team = Team.objects.create(name=f"team-{name}")
        Membership.objects.create(team=team, user=user)
        Grant.objects.create(team=team, group=group, **operator)
        return user

    found = {
        "admin": Someone(member("admin", "admin"), every - site, EVERYWHERE, site=site),
        "owner": Someone(teammate("owner", ours), does - site, A),
        "other": Someone(teammate("other", theirs), does - site, B),
        "viewer": Someone(member("viewer", "viewer"), looks - site, EVERYWHERE, site=site & looks),
        "auditor": Someone(
            member("auditor", "auditor"), reads - site, EVERYWHERE, site=site & reads
        ),
        "none": Someone(member("none")),
        "disabled": Someone(member("disabled", "admin", active=False), active=False),
        "expired": Someone(member("expired")),
        "narrowed": Someone(member("narrowed"), does - site, A, narrowed=True),
    }
    Grant.objects.create(user=found["disabled"].user, group=ours, **operator)
    a_second_ago = timezone.now() - timedelta(seconds=1)
    Grant.objects.create(user=found["expired"].user, group=ours, until=a_second_ago, **operator)
    Grant.objects.create(user=found["narrowed"].user, group=ours, label="app=shop", **operator)
    views = frozenset(name for name in does if name.endswith(".view"))
    found["token for reading"] = Someone(
        *(teammate("reading", ours), views - site, A),
        scope=Scope(verbs=views),
        token={"reach": "verbs", "verbs": tuple(sorted(views))},
    )
    # their owner may do all of it at A, and nothing at B
    found["token for elsewhere"] = Someone(
        teammate("elsewhere", ours),
        does - site,
        scope=Scope(hosts=frozenset({HOST_OF[B]}), endpoints=frozenset({3})),
        token={"everywhere": False, "hosts": {HOST_OF[B]: B}},
    )
    assert tuple(found) == NAMES
    return found
