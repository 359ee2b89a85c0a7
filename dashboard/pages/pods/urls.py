"""Pods: the list and one pod, under /pods/."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.object_lists import CREATED, NAME, WHERE, object_list
from dashboard.furniture.objects import ObjectRoom, Tab, on_endpoint, quoted, urls
from dashboard.furniture.offer import in_bulk
from dashboard.live.spec import Column
from dashboard.live.tokens import one_of
from dashboard.offers.pods import BUTTONS
from dashboard.pages.pods.processes import processes
from dashboard.pages.pods.rows import prepare
from hosts.models import InventoryRow

STATES = ("running", "degraded", "created", "paused", "exited", "stopped", "dead", "error")

SPEC = object_list(
    kind="pod",
    noun=(_("pod"), _("pods")),
    tokens=(one_of("state", _("state"), {state: Q(state=state) for state in STATES}),),
    columns=(
        NAME,
        Column("state", _("State"), "state"),
        Column("middle", _("Containers"), rank=3),
        WHERE,
        CREATED,
        Column("acts", ""),
    ),
    sorts={"state": ("state", "name", "id")},
    prepare=prepare,
    bulk=in_bulk(BUTTONS),
    empty={
        "icon": "boxes",
        "hint": _("name, or state:degraded host:web1 …"),
        "title": _("No pods yet"),
        "text": _(
            "A pod is a set of containers that share an address. Pods appear here automatically."
        ),
    },
)


def _within(row: InventoryRow) -> str:
    # infra containers are not in the pod's own count
    return f"pod:{quoted(row.name)} -is:infra {on_endpoint(row)}"


app_name = "pods"
ROOM = ObjectRoom(
    word=_("Pods"),
    spec=SPEC,
    within=_within,
    quick=((_("All"), ""), (_("Running"), "state:running"), (_("Degraded"), "state:degraded")),
    buttons=BUTTONS,
    tabs=(
        Tab("stats", _("Stats"), "container.stats", "stats:pod-part"),
        Tab("processes", _("Processes"), "pod.processes", processes),
        Tab("kube", _("Kube YAML"), "pod.inspect", "kube:of-pod"),
    ),
)
urlpatterns = urls(ROOM)
