"""Networks: the list and one network, under /networks/."""

from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.object_lists import CREATED, NAME, WHERE, object_list
from dashboard.furniture.objects import ObjectRoom, Tab, on_endpoint, quoted, urls
from dashboard.furniture.offer import in_bulk
from dashboard.live.spec import Column
from dashboard.live.tokens import equals, one_of
from dashboard.offers.networks import BUTTONS
from dashboard.pages.networks.members import connect, disconnect, members
from hosts.models import InventoryRow

SPEC = object_list(
    kind="network",
    noun=(_("network"), _("networks")),
    tokens=(
        equals("driver", _("driver"), "driver"),
        one_of(
            "is",
            _("internal, ipv6, dns"),
            {"internal": Q(internal=True), "ipv6": Q(ipv6=True), "dns": Q(dns=True)},
        ),
    ),
    columns=(
        NAME,
        Column("small", _("Driver")),
        Column("image", _("Subnets"), rank=3),
        WHERE,
        CREATED,
        Column("acts", ""),
    ),
    empty={
        "icon": "network",
        "hint": _("name, or driver:bridge host:web1 …"),
        "title": _("No networks yet"),
        "text": _("Every host has at least one network. It appears here once a host is connected."),
    },
    bulk=in_bulk(BUTTONS),
)


def _within(row: InventoryRow) -> str:
    return f"network:{quoted(row.name)} {on_endpoint(row)}"


app_name = "networks"
ROOM = ObjectRoom(
    word=_("Networks"),
    spec=SPEC,
    within=_within,
    buttons=BUTTONS,
    tabs=(Tab("members", _("Containers"), "network.view", members),),
)
PLACE = "<int:endpoint_id>/<path:podman_id>/"
urlpatterns = [
    path(f"{PLACE}connect/", connect, name="connect"),
    path(f"{PLACE}disconnect/", disconnect, name="disconnect"),
    *urls(ROOM),
]
