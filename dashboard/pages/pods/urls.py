"""Pods: their list and pages, under /pods/."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column
from dashboard.live.tokens import one_of
from dashboard.pages.objectlists import CREATED, NAME, WHERE, object_list, parts_of
from dashboard.pages.objects import ObjectRoom, on_endpoint, quoted, urls
from hosts.models import InventoryRow, Pod
from hosts.podman import pods as podman_pods

STATES = ("running", "degraded", "created", "paused", "exited", "stopped", "dead", "error")

SPEC = object_list(
    plural="pods",
    kind="pod",
    noun=(_("pod"), _("pods")),
    model=Pod,
    tokens=(one_of("state", _("state"), {state: Q(state=state) for state in STATES}),),
    columns=(
        NAME,
        Column("state", _("State"), "state"),
        Column("middle", _("Containers"), rank=3),
        WHERE,
        CREATED,
    ),
    sorts={"state": ("state", "name", "id")},
    empty={
        "icon": "boxes",
        "hint": _("name, or state:degraded host:web1 …"),
        "title": _("No pods yet"),
        "text": _(
            "A pod is a set of containers that share an address. They show up by themselves."
        ),
    },
)
HEAD, SUMMARY = parts_of(SPEC)


def _within(row: InventoryRow) -> str:
    return f"pod:{quoted(row.name)} {on_endpoint(row)}"


app_name = "pods"
urlpatterns = urls(
    ObjectRoom(
        kind="pod",
        plural="pods",
        word=_("Pods"),
        spec=SPEC,
        head=HEAD,
        summary=SUMMARY,
        read=podman_pods.inspect,
        within=_within,
        quick=((_("All"), ""), (_("Running"), "state:running"), (_("Degraded"), "state:degraded")),
    )
)
