"""Jobs that ended in trouble: which whoever asked has not seen yet, and which are recent for all."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from hosts import bells
from hosts.access import Person, visible_jobs
from hosts.models import Approval, Job

# whoever comes back later finds them in the list of jobs
TOLD_FOR = timedelta(hours=24)
RECENT = timedelta(hours=1)
# told by the answer to the request itself
_ANSWERED = (Approval.State.REFUSED, Approval.State.EXPIRED)
_FAILED = (Job.State.FAILED, Job.State.UNKNOWN)
# what of an object failed before is over once one of these has ended, well or not
_OVERTAKE = tuple(
    f"{kind}.{verb}"
    for kind in ("container", "pod")
    for verb in ("start", "stop", "restart", "kill", "recreate", "upgrade", "remove")
)


def unseen(person: Person) -> QuerySet[Job]:
    """Jobs that this person asked for on a page, whose end they have not seen."""
    mine = Job.objects.filter(
        asked_by=person.user.pk,
        state__in=Job.TROUBLE,
        failure_seen_at=None,
        finished_at__gt=timezone.now() - TOLD_FOR,
        # a script reads its own answers
        who__door="page",
    )
    answered = Approval.objects.filter(job=OuterRef("pk"), state__in=_ANSWERED)
    return mine.exclude(Exists(answered))


def seen(person: Person, which: Q) -> int:
    """They have seen the end of these jobs; how many that were new to them."""
    now = timezone.now()
    # not `changed_at`: the job is as it was
    found = unseen(person).filter(which).order_by().update(failure_seen_at=now)
    if found:
        bells.ring("failures")
    return found


def recent(person: Person) -> QuerySet[Job]:
    """Failed jobs of the last hour that this person may see, but those that a later one overtook: the same
    tried again, or one that settles anew whether the object runs.
    """
    later = Job.objects.filter(
        Q(verb=OuterRef("verb")) | Q(verb__in=_OVERTAKE),
        endpoint=OuterRef("endpoint"),
        object_kind=OuterRef("object_kind"),
        object_id=OuterRef("object_id"),
        object_name=OuterRef("object_name"),
        pk__gt=OuterRef("pk"),
        state__in=(Job.State.OK, *_FAILED),
    )
    failed = visible_jobs(person).filter(state__in=_FAILED, finished_at__gt=timezone.now() - RECENT)
    return failed.exclude(Exists(later))


def stamp() -> tuple[Any, ...]:
    """Differs whenever `unseen` or `recent` may, for whomever; also by the clock."""
    now = timezone.now()
    found = Job.objects.filter(state__in=Job.TROUBLE, finished_at__gt=now - TOLD_FOR).aggregate(
        newest=Max("finished_at"),
        seen=Count("failure_seen_at"),
        recent=Count("pk", filter=Q(finished_at__gt=now - RECENT)),
        all=Count("pk"),
    )
    return tuple(found.values())
