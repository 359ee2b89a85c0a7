"""Volumes: the list and one volume, under /volumes/."""

from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.object_lists import CREATED, NAME, WHERE, object_list
from dashboard.furniture.objects import ObjectRoom, Tab, on_endpoint, quoted, urls
from dashboard.furniture.offer import in_bulk
from dashboard.furniture.sizes import sizes_of
from dashboard.live.spec import Column
from dashboard.live.tokens import equals, one_of
from dashboard.offers.volumes import BUTTONS
from dashboard.pages.volumes.clone import clone
from dashboard.pages.volumes.users import USED_BY, USERS, attach_users
from hosts.access import Person
from hosts.models import InventoryRow


def _prepare(rows: list[Any], person: Person) -> None:
    """Set `size_bytes` (None: not measured) and `users` on each row."""
    sizes = sizes_of("volume", ((row.endpoint_id, row.podman_id) for row in rows))
    attach_users(rows, person)
    for row in rows:
        row.size_bytes = sizes.get((row.endpoint_id, row.podman_id))
        row.look = f".{row.size_bytes}.{row.users}"


SPEC = object_list(
    kind="volume",
    noun=(_("volume"), _("volumes")),
    tokens=(
        equals("driver", _("driver"), "driver"),
        one_of(
            "is",
            _("anonymous or named"),
            {"anonymous": Q(anonymous=True), "named": Q(anonymous=False)},
        ),
        USED_BY,
    ),
    columns=(
        NAME,
        Column("small", _("Driver"), rank=3),
        Column("size", _("Size"), figure=True, rank=3),
        Column("middle", _("Used by"), rank=2),
        WHERE,
        Column("image", _("Path on the host"), rank=4),
        CREATED,
        Column("acts", ""),
    ),
    prepare=_prepare,
    # rows show the containers that use a volume
    topics=frozenset({"containers"}),
    empty={
        "icon": "hard-drive",
        "hint": _("name, or container:web is:named host:web1 …"),
        "title": _("No volumes yet"),
        "text": _("Volumes keep data when containers are removed. They appear here automatically."),
    },
    bulk=in_bulk(BUTTONS),
)


def _within(row: InventoryRow) -> str:
    return f"volume:{quoted(row.name)} {on_endpoint(row)}"


app_name = "volumes"
ROOM = ObjectRoom(
    word=_("Volumes"),
    spec=SPEC,
    within=_within,
    quick=((_("All"), ""), (_("Named"), "is:named"), (_("Anonymous"), "is:anonymous")),
    buttons=BUTTONS,
    tabs=(
        Tab("users", _("Used by"), "volume.view", USERS),
        Tab("files", _("Files"), "volume.files", "volumefiles:list"),
    ),
)
urlpatterns = [
    path("<int:endpoint_id>/<path:podman_id>/clone/", clone, name="clone"),
    *urls(ROOM),
]
