"""Jobs that ended in trouble: those that whoever asked has not seen, and recent ones for all."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from hosts import bells
from hosts.access import Person, visible_jobs
from hosts.jobs.handler import Settlement
from hosts.models import Approval, Job

# later they are only in the list of jobs
TOLD_FOR = timedelta(hours=24)
RECENT = timedelta(hours=1)
# each costs an index look-up every second
STAMPED = 1000
# beyond this many at once (a merged spool) a bell is cheaper than the query
MOST_AT_ONCE = 100
# the answer to the request itself tells these
_ANSWERED = (Approval.State.REFUSED, Approval.State.EXPIRED)
# what identifies a job's object: endpoint, kind, id, name
REF = ("endpoint", "object_kind", "object_id", "object_name")
Ref = tuple[Any, ...]
_FAILED = (Job.State.FAILED, Job.State.UNKNOWN)
# not jobs of unknown end that were found done later (hosts.jobs.resolve). has_key is asked apart:
# on a missing key SQL knows neither “done” nor its opposite
NOT_DONE = (
    ~Q(state=Job.State.UNKNOWN)
    | ~Q(result__has_key="resolved")
    | ~Q(result__resolved=Settlement.DONE)
)
# once one of these has ended, well or not, earlier failures on the object are over
_OVERTAKE = tuple(
    f"{kind}.{verb}"
    for kind in ("container", "pod")
    for verb in ("start", "stop", "restart", "kill", "recreate", "upgrade", "remove")
)


def unseen(person: Person) -> QuerySet[Job]:
    """Jobs in trouble that this person asked for on a page, and has not seen."""
    mine = Job.objects.filter(
        asked_by=person.user.pk,
        state__in=Job.TROUBLE,
        failure_seen_at=None,
        finished_at__gt=timezone.now() - TOLD_FOR,
        # a script reads its own answers
        who__door="page",
    )
    answered = Approval.objects.filter(job=OuterRef("pk"), state__in=_ANSWERED)
    return mine.exclude(Exists(answered)).filter(NOT_DONE)


def mark_seen(person: Person, which: Q) -> int:
    """They have seen the end of these jobs; how many were new to them."""
    now = timezone.now()
    # `changed_at` stays: the job itself did not change
    found = unseen(person).filter(which).order_by().update(failure_seen_at=now)
    if found:
        bells.ring("failures")
    return found


def recent(person: Person) -> QuerySet[Job]:
    """Failed jobs of the last hour that this person may see.

    Not those that a later job overtook: the same tried again, or one that decides anew whether the
    object runs. Nor those that were found to be done.
    """
    failed = visible_jobs(person).filter(state__in=_FAILED, finished_at__gt=timezone.now() - RECENT)
    return failed.exclude(Exists(_overtaking())).filter(NOT_DONE)


def count_recent(person: Person) -> int:
    """How many `recent` has. Where nothing failed, one small query."""
    since = timezone.now() - RECENT
    anything = Job.objects.filter(state__in=_FAILED, finished_at__gt=since).order_by()
    return recent(person).count() if anything.exists() else 0


def _overtaking() -> QuerySet[Job]:
    """Ended jobs after which the outer query's job no longer counts."""
    return Job.objects.filter(
        Q(verb=OuterRef("verb")) | Q(verb__in=_OVERTAKE),
        endpoint=OuterRef("endpoint"),
        object_kind=OuterRef("object_kind"),
        object_id=OuterRef("object_id"),
        object_name=OuterRef("object_name"),
        pk__gt=OuterRef("pk"),
        state__in=(Job.State.OK, *_FAILED),
    )


def overtakes_any(ended: dict[int, Ref]) -> bool:
    """True where one of these successful jobs is the first after a failed one on its object.

    The failure then no longer counts, and leaves the object's row. One query where nothing failed.
    """
    if len(ended) > MOST_AT_ONCE:
        return True
    ids: dict[tuple[Any, Any], set[str]] = {}
    for endpoint, kind, object_id, _name in ended.values():
        ids.setdefault((endpoint, kind), set()).add(object_id)
    # in the order of the index: an hour full of failures is not read through
    about = Q()
    for (endpoint, kind), objects in ids.items():
        about |= Q(endpoint=endpoint, object_kind=kind, object_id__in=objects)
    failed = Job.objects.filter(
        about, state__in=_FAILED, finished_at__gt=timezone.now() - TOLD_FOR
    ).order_by()
    newest: dict[Ref, int] = {}
    for pk, ref in ended.items():
        newest[ref] = max(pk, newest.get(ref, 0))
    before = [pk for pk, *ref in failed.values_list("pk", *REF) if pk < newest.get(tuple(ref), 0)]
    others = _overtaking().exclude(pk__in=list(ended))
    return bool(before) and Job.objects.filter(~Exists(others), pk__in=before).exists()


def stamp() -> tuple[Any, ...]:
    """Differs whenever `unseen` or `recent` may, for anybody, also by the clock.

    Beyond STAMPED failures only a bell says that one no longer counts.
    """
    now = timezone.now()
    lately = Job.objects.filter(state__in=Job.TROUBLE, finished_at__gt=now - TOLD_FOR)
    found = lately.aggregate(
        newest=Max("finished_at"),
        seen=Count("failure_seen_at"),
        recent=Count("pk", filter=Q(finished_at__gt=now - RECENT)),
        all=Count("pk"),
    )
    counted = 0
    if 0 < found["recent"] <= STAMPED:
        lately = lately.filter(finished_at__gt=now - RECENT).order_by()
        counted = lately.exclude(Exists(_overtaking())).filter(NOT_DONE).count()
    return (*found.values(), counted)
