"""What was decided for whoever asked, told on whatever page they are: access, and jobs that waited."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from dashboard.furniture.decision_lists import notice_list
from dashboard.furniture.log.words import asked_words
from hosts.access import Person
from hosts.access.requests import visible_requests
from hosts.models import AccessRequest, Approval

# whoever was away longer finds the answer in the list
TOLD_FOR = timedelta(minutes=10)
_BY_A_PERSON = (Approval.State.APPROVED, Approval.State.REFUSED)


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer: to a request (even) or an approval (odd). `words`: what the job was to do."""

    pk: int
    row: AccessRequest | Approval
    words: str = ""

    @property
    def state(self) -> str:
        """As the row has it."""
        return str(self.row.state)

    @property
    def about_job(self) -> bool:
        """False of a request of access."""
        return isinstance(self.row, Approval)


def _decided(person: Person) -> list[Decision]:
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
    _decided,
    template="requests/told.html",
    fingerprint=lambda told: f"{told.state}.{told.row.decided_at}",
)
