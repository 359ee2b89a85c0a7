"""Images: the list, one image, and their dialogs, under /images/."""

from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.image_updates import mark_images, of_images
from dashboard.furniture.object_lists import CREATED, NAME, WHERE, object_list
from dashboard.furniture.objects import ObjectRoom, Tab, on_endpoint, quoted, urls
from dashboard.furniture.offer import in_bulk
from dashboard.live.spec import Column
from dashboard.live.tokens import one_of
from dashboard.offers.images import BUTTONS
from dashboard.pages.images import dialogs
from dashboard.pages.images.archive_pages import load_page, save_dialog
from dashboard.pages.images.changes import changes
from dashboard.pages.images.copy import copy
from dashboard.pages.images.groups import GROUPINGS, facts_of
from dashboard.pages.images.layers import layers
from dashboard.pages.images.manifests import create, edit, is_list, platforms
from hosts.models import InventoryRow

SPEC = object_list(
    kind="image",
    noun=(_("image"), _("images")),
    tokens=(
        one_of(
            "is",
            _("used, unused, outdated, dangling, list"),
            {
                "used": Q(containers__gt=0),
                "unused": Q(containers__lte=0),
                "outdated": of_images(),
                "dangling": Q(dangling=True),
                "list": Q(manifest_list=True),
            },
        ),
    ),
    columns=(
        NAME,
        Column("small", _("Id"), rank=3),
        WHERE,
        Column("size", _("Size"), "-size", figure=True),
        Column("small", _("Used by"), rank=3, figure=True),
        CREATED,
        Column("acts", ""),
    ),
    sorts={"size": ("size_bytes", "id")},
    groupings=GROUPINGS,
    group_template="images/group.html",
    group_facts=facts_of,
    prepare=mark_images,
    empty={
        "icon": "layers",
        "hint": _("name, or is:unused host:web1 …"),
        "title": _("No images yet"),
        "text": _("Pull one, or run a container: its image is pulled with it."),
    },
    bulk=in_bulk(BUTTONS),
)


def _within(row: InventoryRow) -> str:
    return f"imageid:{quoted(row.podman_id)} {on_endpoint(row)}"


app_name = "images"
_PLACE = "<int:endpoint_id>/<path:podman_id>/"
_ROOM = ObjectRoom(
    word=_("Images"),
    spec=SPEC,
    within=_within,
    quick=((_("All"), ""), (_("Unused"), "is:unused"), (_("Dangling"), "is:dangling")),
    buttons=BUTTONS,
    tabs=(
        Tab("layers", _("Layers"), "image.inspect", layers, lambda row: not is_list(row)),
        Tab("changes", _("Changes"), "image.inspect", changes, lambda row: not is_list(row)),
        Tab("platforms", _("Platforms"), "image.inspect", platforms, is_list),
    ),
)
urlpatterns = [
    path("load/", load_page, name="load"),
    path("bulk/copy/", copy, name="copy"),
    path("bulk/list/", create, name="list_create"),
    path(f"{_PLACE}list/", edit, name="list_edit"),
    path("bulk/save/", save_dialog, name="save"),
    path(f"{_PLACE}tag/", dialogs.tag, name="tag"),
    path(f"{_PLACE}untag/", dialogs.untag, name="untag"),
    path(f"{_PLACE}push/", dialogs.push, name="push"),
    *urls(_ROOM),
]
