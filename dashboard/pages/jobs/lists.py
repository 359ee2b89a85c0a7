"""The list of jobs: what was asked for, on what, by whom, and how it stands."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import any_contains, contains, equals, host_names, matching, one_of
from dashboard.pages.jobs.rows import prepare, prepare_whole
from hosts.access import Person, sees_all_jobs, visible_jobs
from hosts.actions import ACTIONS
from hosts.models import Job

# on the overview
MOST_RUNNING = 8
STATES = {state.value: Q(state=state.value) for state in Job.State}
# a client of the gate may send its request again; no worker waits for it
STATES["approved"] = STATES["queued"] & Q(queue=Job.GATE)
STATES["queued"] &= ~Q(queue=Job.GATE)
STATES["open"] = Q(state__in=[state.value for state in Job.OPEN])
STATES["trouble"] = Q(state__in=["failed", "unknown", "denied"])


def _verbs(person: Person, typed: str) -> Iterable[str]:
    return [verb for verb in ACTIONS if verb.startswith(typed)]


def _number(field: str, value: str) -> Q:
    return Q(**{field: int(value)}) if value.isdecimal() and len(value) < 15 else Q(pk=0)


SPEC = register(
    ListSpec(
        name="jobs",
        # everybody sees their own jobs
        verb="",
        personal=lambda person: not sees_all_jobs(person),
        noun=(_("job"), _("jobs")),
        base=lambda person: visible_jobs(person).select_related("endpoint"),
        tokens=(
            one_of("state", _("state, open, trouble"), STATES),
            Token("host", _("host"), lambda v: matching("host_name", v), host_names),
            Token("verb", _("verb"), lambda v: matching("verb", v), _verbs),
            equals("by", _("who asked"), "asked_by_name"),
            contains("object", _("part of the object's name"), "object_name"),
            Token("batch", "", lambda v: _number("batch_id", v)),
            Token("key", "", lambda v: _number("pk", v)),
        ),
        text=any_contains("object_name", "verb", "host_name", "asked_by_name"),
        columns=(
            Column("name", _("What")),
            Column("state", _("State")),
            Column("load", _("Progress"), rank=3),
            Column("host", _("Host"), rank=2),
            Column("middle", _("Asked by"), rank=3),
            Column("since", _("When"), "-newest", rank=2),
            Column("acts", ""),
        ),
        sorts={"newest": ("id",)},
        default_sort="-newest",
        row_template="jobs/row.html",
        topics=frozenset({"jobs"}),
        fingerprint=lambda row: f"{row.state}.{row.changed_at.timestamp()}",
        prepare=prepare,
        empty={
            "icon": "list-checks",
            "title": _("No jobs yet"),
            "text": _("Your actions appear here, with progress and result."),
            "hint": _("name, or state:failed host:web1 verb:image.pull …"),
        },
    )
)
WHOLE = register(
    replace(SPEC, name="job", row_template="jobs/details.html", columns=(), prepare=prepare_whole)
)


def _running(person: Person) -> list[Job]:
    rows = list(
        visible_jobs(person)
        .select_related("endpoint")
        .filter(state__in=Job.OPEN)
        .order_by("-id")[:MOST_RUNNING]
    )
    prepare(rows, person)
    return rows


# the panel of the overview
RUNNING = register(
    replace(SPEC, name="overview-jobs", row_template="overview/job.html", things=_running)
)
QUICK = (
    (_("All"), ""),
    (_("Running"), "state:open"),
    (_("Awaiting approval"), "state:held"),
    (_("In trouble"), "state:trouble"),
    (_("Done"), "state:ok"),
)
