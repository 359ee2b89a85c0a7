"""One's own failed jobs as messages, shown once on any page. And the number of the last hour."""

import zlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.furniture.log.words import asked_words
from dashboard.live.spec import ListSpec, register
from hosts.access import Person, sees_all_jobs
from hosts.jobs import failures
from hosts.jobs.handler import Settlement
from hosts.jobs.resolve import resolution_words
from hosts.models import Job

# messages at once, and objects named in one; the rest is counted
MOST = 3
# characters of a cause among several
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Failure:
    """A message: a failed job, several of one action (`batch`), or the rest of them. `until`: the
    newest job that it tells of, so that closing it hides no later one. `detail`: why.
    """

    pk: str
    title: str
    detail: str
    url: str
    word: str
    until: int
    batch: int = 0

    @property
    def text(self) -> str:
        """“Start web on h1 failed: port 8080 is taken by shop on h1.”"""
        return f"{self.title}: {self.detail}" if self.detail else f"{self.title}."

    @property
    def mark(self) -> str:
        """Differs when it reads differently."""
        return f"{self.until}.{zlib.crc32(self.text.encode())}"


def why_of(job: Job) -> str:
    """The job's error, or what was found later, as it goes on after a colon."""
    error = resolution_words(job) or job.error.strip()
    # “port 8080 is taken”, but “OCI runtime …” and “Podman …” as they are
    if error[:1].isupper() and error[1:2].islower() and not error.startswith("Podman"):
        error = error[0].lower() + error[1:]
    return error


def _one(job: Job) -> Failure:
    names = {"what": f"{asked_words(job.verb)} {job.object_name}", "host": job.endpoint_name}
    if job.state == Job.State.DENIED:
        title = _("%(what)s on %(host)s was not permitted") % names
    elif job.state == Job.State.UNKNOWN and job.result.get("resolved") != Settlement.AGAIN:
        title = _("%(what)s on %(host)s: outcome unknown") % names
    else:
        title = _("%(what)s on %(host)s failed") % names
    url = reverse("jobs:page", args=[job.pk])
    return Failure(f"j{job.pk}", title, why_of(job), url, _("Open the job"), job.pk)


def _several(jobs: QuerySet[Job], batch: int, newest: Job, count: int) -> Failure:
    title = _("%(what)s: %(n)d of %(all)d failed") % {
        "what": asked_words(newest.verb),
        "n": count,
        "all": Job.objects.filter(batch=batch).count(),
    }
    detail = _causes(jobs.filter(batch=batch), count)
    url = f"{reverse('jobs:list')}?q=batch:{batch}+state:trouble"
    return Failure(f"b{batch}", title, detail, url, _("Show failed jobs"), newest.pk, batch)


def _causes(jobs: QuerySet[Job], count: int) -> str:
    """“web (port 80 is taken), db (no such image) and 7 more”. A cause that all share comes last."""
    one_for_all = jobs.values("error").distinct().count() == 1
    first = list(jobs.order_by("pk")[:MOST])
    # the same name on several hosts
    alike = len({job.object_name for job in first}) < len(first)
    by_cause: dict[str, list[str]] = {}
    for job in first:
        name = {"name": job.object_name, "host": job.endpoint_name}
        words = _("%(name)s on %(host)s") % name if alike else job.object_name
        by_cause.setdefault(why_of(job), []).append(words)
    parts = []
    for why, names in by_cause.items():
        words = ", ".join(dict.fromkeys(names))
        parts.append(words if one_for_all or not why else _in_brackets(words, why))
    found = ", ".join(parts)
    if more := count - len(first):
        found = _("%(names)s and %(n)d more") % {"names": found, "n": more}
    why = why_of(first[0]) if one_for_all and first else ""
    return f"{_in_brackets(found, why) if why else found}."


def _in_brackets(names: str, why: str) -> str:
    return f"{names} ({Truncator(why.removesuffix('.')).chars(LONGEST)})"


def messages_of(
    jobs: QuerySet[Job], most: int = MOST
) -> tuple[list[tuple[Failure, Job]], list[int]]:
    """One message for each action among `jobs`, newest first, beside its newest job: at most `most`.
    Then the newest jobs of the others.
    """
    jobs = jobs.order_by()
    groups = jobs.filter(batch__isnull=False).values("batch").annotate(n=Count("pk"), to=Max("pk"))
    found = {group["to"]: (group["batch"], group["n"]) for group in groups}
    found |= dict.fromkeys(jobs.filter(batch=None).values_list("pk", flat=True), (0, 1))
    newest = sorted(found, reverse=True)
    rows = Job.objects.in_bulk(newest[:most])
    told = [
        (
            _several(jobs, found[pk][0], rows[pk], found[pk][1])
            if found[pk][1] > 1
            else _one(rows[pk]),
            rows[pk],
        )
        for pk in newest[:most]
        if pk in rows
    ]
    return told, newest[most:]


def _notices(person: Person) -> list[Failure]:
    told, rest = messages_of(failures.unseen(person))
    messages = [failure for failure, _job in told]
    if rest:
        title = ngettext(
            "%(n)d more action of yours failed", "%(n)d more actions of yours failed", len(rest)
        )
        url = f"{reverse('jobs:list')}?q=state:trouble"
        word = _("Show failed jobs")
        messages.append(Failure("rest", title % {"n": len(rest)}, "", url, word, rest[0]))
    return messages


def sees_own(person: Person) -> bool:
    """True where rights show them fewer jobs than their own name does."""
    return not sees_all_jobs(person)


def _list(name: str, **more: Any) -> ListSpec:
    common: dict[str, Any] = {
        "verb": "",
        "noun": (gettext_lazy("job"), gettext_lazy("jobs")),
        "base": lambda person: Job.objects.none(),
        "tokens": (),
        "text": lambda value: Q(),
        "columns": (),
        "sorts": {"newest": ("pk",)},
        "default_sort": "newest",
        "row_template": "jobs/failure.html",
        "topics": frozenset({"failures"}),
        "fingerprint": lambda thing: thing.mark,
    }
    return register(ListSpec(name=name, **common | more))


# the frame of every page hears of these (static/js/notices.js)
NOTICES = _list("jobs-failures", things=_notices, personal=lambda person: True)
# the number in the rail: rows are not drawn
COUNTED = _list(
    "jobs-failed",
    base=failures.recent,
    personal=sees_own,
    row_template="jobs/counted.html",
    fingerprint=lambda job: "",
)
