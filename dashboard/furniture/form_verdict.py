"""The verdict beside a form before the click: what guardrails say, who can approve, what one may
override.
"""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from dashboard.furniture.pod_to_join import PodToJoin
from hosts.access import Person
from hosts.access.approvals import deciders
from hosts.access.explain import nameable, sees_people
from hosts.guardrails import Proposal, Severity, Verdict, check
from hosts.jobs.order import Order
from hosts.jobs.order_check import Forecast, foresee
from hosts.models import Endpoint

# of names: a form is no directory
MOST = 5


@dataclass(frozen=True, slots=True)
class FormVerdict:
    """For templates of guardrails. `by_whom`: a sentence, "" where no approval is needed."""

    verdict: Verdict
    by_whom: str = ""
    override: bool = False
    lacks: str = ""
    # what passes through at once, and so cannot wait for anybody's yes
    streamed: bool = False
    # the pod that it joins
    joined: PodToJoin | None = None

    @property
    def ruled_out(self) -> bool:
        """True when the click would be refused."""
        if self.lacks or self.verdict.worst is Severity.REFUSE:
            return bool(self.lacks) or not self.override
        return self.streamed and self.verdict.worst is Severity.ASK


def form_verdict(
    person: Person, verb: str, order: Order, *, pod: PodToJoin | None = None
) -> FormVerdict:
    """What guardrails would say to this order, now or in the worker. `pod`: the pod that it joins."""
    if pod is not None and order.proposal is not None:
        order = replace(order, proposal=pod.with_pod(order.proposal))
    return replace(
        foreseen_verdict(person, order.endpoint, foresee(person, verb, order)), joined=pod
    )


def stream_verdict(endpoint: Endpoint, proposal: Proposal) -> FormVerdict:
    """The same for an upload, which cannot wait for an approval."""
    return FormVerdict(check(endpoint, proposal), streamed=True)


def verdict_part(request: HttpRequest, found: FormVerdict | None) -> HttpResponse:
    """The part of a page that `guardrails/asking.html` asked for; None: as it stands there."""
    if found is None:
        return HttpResponse(status=204)
    return render(request, "guardrails/aside.html", {"form_verdict": found})


def asks_for_verdict(request: HttpRequest) -> bool:
    """True when a form asks for its verdict alone."""
    return request.method == "POST" and request.POST.get("only") == "verdict"


def foreseen_verdict(person: Person, endpoint: Endpoint, foreseen: Forecast) -> FormVerdict:
    """The same of a verdict that is known already."""
    verdict, words = foreseen.verdict, ""
    if verdict.worst is Severity.ASK and not foreseen.override:
        words = by_whom(person, endpoint)
    return FormVerdict(verdict, words, foreseen.override, foreseen.lacks)


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
    if shared and not sees_people(person):
        return []
    return nameable(person, users)
