"""Decisions about a person's requests and jobs, shown as a toast on every page."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from dashboard.furniture.decision_lists import notice_list
from dashboard.furniture.log.words import asked_words
from hosts.access import Person
from hosts.access.requests import visible_requests
from hosts.models import AccessRequest, Approval

# after that the answer is in the list only
TOLD_FOR = timedelta(minutes=10)
_BY_A_PERSON = (Approval.State.APPROVED, Approval.State.REFUSED)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `pk`: even for a request, odd for an approval. `words`: what the job does."""

    pk: int
    row: AccessRequest | Approval
    words: str = ""

    @property
    def state(self) -> str:
        return str(self.row.state)

    @property
    def about_job(self) -> bool:
        """True for an approval."""
        return isinstance(self.row, Approval)


def _decisions(person: Person) -> list[Decision]:
    since = timezone.now() - TOLD_FOR
    recent = Q(decided_at__gt=since, asked_by=person.user.pk)
    requests = visible_requests(person).filter(recent).order_by("decided_at")
    answered = Q(state__in=_BY_A_PERSON, decided_at__gt=since)
    expired = Q(state=Approval.State.EXPIRED, job__finished_at__gt=since)
    approvals = Approval.objects.filter(answered | expired, job__asked_by=person.user.pk)
    return [
        *(Decision(2 * row.pk, row) for row in requests),
        *(
            Decision(2 * row.pk + 1, row, str(asked_words(row.job.verb)))
            for row in approvals.select_related("job").order_by("pk")
        ),
    ]


DECIDED = notice_list(
    "requests-decided",
    _decisions,
    template="requests/decision.html",
    fingerprint=lambda told: f"{told.state}.{told.row.decided_at}",
)
