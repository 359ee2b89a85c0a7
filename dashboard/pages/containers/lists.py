"""The list of containers on all hosts."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.container_ends import failed, in_a_loop
from dashboard.furniture.image_updates import AVAILABLE, CURRENT, UNKNOWN, facts_of, in_state
from dashboard.furniture.offer import in_bulk
from dashboard.furniture.running_jobs import with_jobs
from dashboard.live.by_host import BY_HOST
from dashboard.live.spec import Column, HiddenRows, ListSpec, Token, register
from dashboard.live.tokens import (
    GROUP,
    HOST,
    KEY,
    LABEL,
    PORT,
    USER,
    VOLUME,
    any_contains,
    contains,
    equals,
    one_of,
)
from dashboard.live.visibility import count_visible, scope_to_visible
from dashboard.offers.containers import BUTTONS
from dashboard.pages.containers.figures import FIGURES
from dashboard.pages.containers.figures import TOKENS as FIGURE_TOKENS
from dashboard.pages.containers.groups import GROUPINGS
from dashboard.pages.containers.groups import facts_of as group_facts
from dashboard.pages.containers.owner import prepare_summary
from dashboard.pages.containers.rows import drawn_from, prepare
from hosts.access import Person
from hosts.models import Container

FAILED = failed()
_IS = {state: Q(state=state) for state in ("running", "paused", "created", "exited", "stopped")}
STATES = {**_IS, "failed": FAILED, "restarting": in_a_loop(), "dead": Q(state="dead")}
HEALTH = {name: Q(health=name) for name in ("healthy", "unhealthy", "starting")}
HEALTH["none"] = Q(health="")
UPDATES = {state: in_state(state) for state in (AVAILABLE, UNKNOWN, CURRENT)}
MADE_BY = {
    "systemd": ~Q(unit=""),
    "compose": ~Q(project=""),
    "kube": Q(kube=True),
    "pod": ~Q(pod_id=""),
    "hand": Q(unit="", project="", kube=False, pod_id=""),
}

# as lists: SQLite finds no index for “NOT is_infra”
INFRA, OTHERS = Q(is_infra__in=[True]), Q(is_infra__in=[False])


def _fingerprint(row: Any) -> str:
    failure = f".{row.shown.failure.url}" if row.shown.failure else ""
    stopped = f".{row.shown.stopped_by.url}" if row.shown.stopped_by else ""
    stands = f"{row.endpoint.state}.{row.shown.state}{row.shown.stuck:d}"
    update = f".{row.shown.update}" if row.shown.update else ""
    return f"{row.revision}.{row.changed_at.timestamp()}.{stands}{failure}{stopped}{update}"


SPEC = register(
    ListSpec(
        name="containers",
        verb="container.view",
        noun=(_("container"), _("containers")),
        base=lambda person: scope_to_visible(
            Container.objects.select_related("endpoint__host"), person
        ),
        count=lambda person, wanted: count_visible(Container.objects.filter(wanted), person),
        tokens=(
            one_of("state", _("state"), STATES),
            HOST,
            GROUP,
            contains("image", _("part of the image name"), "image"),
            one_of("health", _("health check"), HEALTH),
            one_of("update", _("newer image at the registry"), UPDATES),
            LABEL,
            contains("name", _("part of the name"), "name"),
            equals("pod", _("pod name"), "pod_name"),
            Token("network", _("network"), lambda value: Q(networks__icontains=f'"{value}"')),
            VOLUME,
            PORT,
            equals("project", _("compose project"), "project"),
            equals("unit", _("systemd unit"), "unit"),
            one_of("by", _("who created it"), MADE_BY),
            one_of("is", _("kind of container"), {"infra": INFRA}),
            one_of(
                "infra", _("infra containers of pods"), {"yes": INFRA, "no": OTHERS, "any": Q()}
            ),
            *FIGURE_TOKENS,
            USER,
            Token("id", _("start of the id"), lambda value: Q(podman_id__startswith=value)),
            Token("imageid", "", lambda value: Q(image_id__startswith=value)),
            KEY,
        ),
        text=any_contains("name", "image", "podman_id"),
        columns=(
            Column("name", _("Name"), "name"),
            Column("state", _("State"), "state"),
            Column("ports", _("Ports"), rank=3),
            Column("host", _("Host"), "host", rank=2),
            Column("cpu", _("CPU"), "-cpu", rank=2, figure=True),
            Column("memory", _("Memory"), "-memory", rank=2, figure=True),
            Column("image", _("Image"), "image", rank=5),
            Column("since", _("Since"), "-changed", rank=4),
            Column("spark", _("Last hour"), rank=6),
            Column("acts", ""),
        ),
        choosable=("ports", "host", "cpu", "memory", "image", "since", "spark"),
        figures=FIGURES,
        nullable=frozenset(FIGURES.sorts),
        aside=HiddenRows(
            INFRA,
            OTHERS,
            _("Infra"),
            "infra:yes",
            lifts=frozenset({"infra", "is", "id", "key", "imageid"}),
        ),
        sorts={
            "name": ("name", "id"),
            "state": ("state", "name", "id"),
            "image": ("image", "name", "id"),
            "created": ("created_at", "id"),
            "changed": ("changed_at", "id"),
            "health": ("health", "name", "id"),
            "host": ("endpoint__host__name", "name", "id"),
            "cpu": ("figures__cpu", "id"),
            "memory": ("figures__memory_bytes", "id"),
        },
        walks={"host": BY_HOST},
        groupings=GROUPINGS,
        group_template="containers/group.html",
        group_facts=group_facts,
        default_sort="name",
        row_template="containers/row.html",
        topics=frozenset({"containers", "hosts", "failures"}),
        fingerprint=_fingerprint,
        prepare=prepare,
        drawn_from=drawn_from,
        bulk=in_bulk(BUTTONS),
        empty={
            "icon": "box",
            "title": _("No containers"),
            "text": _("Run one, or add a host: its containers appear here automatically."),
        },
    )
)
QUICK = (
    (_("All"), ""),
    (_("Running"), "state:running"),
    (_("Unhealthy"), "health:unhealthy"),
    (_("Failed"), "state:failed"),
    (_("Restarting"), "state:restarting"),
    (_("Paused"), "state:paused"),
    (_("Update available"), f"update:{AVAILABLE}"),
)

# live rows of one container: the head of its pages, and its summary
_ONE = replace(SPEC, name="container-head", bulk=(), columns=(), figures=None)
HEAD = register(with_jobs(replace(_ONE, row_template="containers/head.html"), "container"))


def _asked(row: Any) -> str:
    facts = row.update_facts
    return f"{facts.state}{facts.asked_at}" if facts else ""


def _prepare_summary(rows: list[Any], person: Person) -> None:
    prepare_summary(rows, person)
    for row in rows:
        row.update_facts = facts_of(row)


SUMMARY = register(
    replace(
        _ONE,
        name="container-summary",
        row_template="containers/summary.html",
        topics=SPEC.topics | {"units"},
        prepare=_prepare_summary,
        fingerprint=lambda row: (
            f"{_fingerprint(row)}.{_asked(row)}{row.owner.url if row.owner else ''}"
        ),
        drawn_from=None,
    )
)
