"""What stands beside a form before the click: the verdict, who could say yes, what one may override."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, User
from accounts.verbs import ACCESS_VIEW, PEOPLE_MANAGE
from hosts.access import Person, allows
from hosts.access.approvals import deciders
from hosts.guardrails import Severity, Verdict
from hosts.jobs.ask import Order
from hosts.jobs.guarded import Foreseen, foresee
from hosts.models import Endpoint

# of names: a form is no directory
MOST = 5


@dataclass(frozen=True, slots=True)
class Beside:
    """As the templates of guardrails take it. `by_whom`: a sentence, "" where nobody is asked."""

    verdict: Verdict
    by_whom: str = ""
    override: bool = False
    lacks: str = ""

    @property
    def ruled_out(self) -> bool:
        """True when the click would be refused."""
        stopped = self.verdict.worst is Severity.REFUSE and not self.override
        return stopped or bool(self.lacks)


def beside(person: Person, verb: str, order: Order) -> Beside:
    """What a click that makes this order would meet."""
    return told(person, order.endpoint, foresee(person, verb, order))


def told(person: Person, endpoint: Endpoint, foreseen: Foreseen) -> Beside:
    """The same of what is foreseen already."""
    verdict, words = foreseen.verdict, ""
    if verdict.worst is Severity.ASK and not foreseen.override:
        words = by_whom(person, endpoint)
    return Beside(verdict, words, foreseen.override, foreseen.lacks)


def by_whom(
    person: Person, endpoint: Endpoint, asker: User | None = None, *, shared: bool = False
) -> str:
    """Who can approve there what `asker` (None: the reader) asks for, as a sentence for the reader.

    `shared`: for all who hold what the reader holds, in whatever team they are.
    """
    able = deciders(endpoint, asker or person.user)
    if not able:
        return _nobody(endpoint)
    named = _named(person, able, shared=shared)
    names = ", ".join(str(user) for user in named[:MOST])
    rest = len(able) - len(named[:MOST])
    if not names:
        words = ngettext("%(n)d person can approve it.", "%(n)d people can approve it.", len(able))
        return words % {"n": len(able)}
    if not rest:
        return _("It can be approved by: %(names)s.") % {"names": names}
    words = ngettext(
        "It can be approved by: %(names)s and %(n)d more.",
        "It can be approved by: %(names)s and %(n)d more.",
        rest,
    )
    return words % {"names": names, "n": rest}


def _nobody(endpoint: Endpoint) -> str:
    return _(
        "Nobody else can approve it on %(host)s now. Ask whoever manages access to give somebody "
        "the right to approve there, or whoever edits guardrails to change the rule."
    ) % {"host": endpoint}


def _named(person: Person, users: list[User], *, shared: bool) -> list[User]:
    """Those whose names the reader may know: everybody's, or those of people in a team of theirs."""
    if allows(person, ACCESS_VIEW.name) or allows(person, PEOPLE_MANAGE.name):
        return users
    if shared:
        return []
    teams = Membership.objects.filter(user=person.user.pk).values("team")
    mates = set(Membership.objects.filter(team__in=teams).values_list("user", flat=True))
    return [user for user in users if user.pk in mates]
