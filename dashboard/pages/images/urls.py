"""Images: their list, pages and removal, under /images/."""

from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.acting import Deed, Question, names_of
from dashboard.furniture.object_lists import CREATED, NAME, WHERE, object_list, parts_of
from dashboard.furniture.objects import ObjectRoom, Tab, on_endpoint, quoted, urls
from dashboard.furniture.removing import may_there
from dashboard.live.spec import BulkVerb, Column
from dashboard.live.tokens import one_of
from dashboard.pages.images import dialogs
from dashboard.pages.images.archive_pages import load_page, save_dialog
from dashboard.pages.images.changes import changes
from dashboard.pages.images.copying import copy
from dashboard.pages.images.groups import GROUPINGS, facts_of
from dashboard.pages.images.layers import layers
from dashboard.pages.images.manifests import create, edit, is_list, platforms
from dashboard.templatetags.face import size
from hosts.actions.asking import ALONG
from hosts.actions.images import remove_image
from hosts.models import Image, InventoryRow

SPEC = object_list(
    plural="images",
    kind="image",
    noun=(_("image"), _("images")),
    model=Image,
    tokens=(
        one_of(
            "is",
            _("used, unused, dangling, list"),
            {
                "used": Q(containers__gt=0),
                "unused": Q(containers__lte=0),
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
    empty={
        "icon": "layers",
        "hint": _("name, or is:unused host:web1 …"),
        "title": _("No images yet"),
        "text": _("Pull one, or run a container: its image comes along."),
    },
    bulk=(
        BulkVerb("copy", _("Copy"), "copy", "/images/bulk/copy/", asks=True),
        BulkVerb("save", _("Save"), "download", "/images/bulk/save/", asks=True),
        BulkVerb("list_create", _("Create list"), "list-tree", "/images/bulk/list/", asks=True),
        BulkVerb("remove", _("Remove"), "trash-2", "/images/bulk/remove/", danger=True, asks=True),
    ),
)
HEAD, SUMMARY = parts_of(SPEC, head="images/head.html")


def _remove(rows: list[InventoryRow]) -> Question:
    images: list[Any] = list(rows)
    bytes_in_all = sum(image.size_bytes for image in images)
    used = sum(image.containers for image in images if image.containers > 0)
    if len(rows) == 1:
        name = rows[0].name or rows[0].podman_id[:12]
        title = _("Remove the image %(name)s from %(host)s?") % {
            "name": name,
            "host": rows[0].endpoint,
        }
    else:
        title = _("Remove %(n)d images?") % {"n": len(rows)}
    may = all(may_there(row, ALONG) for row in rows)
    label = ngettext(
        "A container uses it: remove that too", "%(n)d containers use them: remove those too", used
    ) % {"n": used}
    return Question(
        title=title,
        verb=ngettext("Remove image", "Remove images", len(rows)),
        sentence=_("Frees up to %(size)s; layers that other images share stay.")
        % {"size": size(bytes_in_all)},
        losses=names_of(rows) if len(rows) > 1 else (),
        options=({"name": "force", "label": label, "on": False},) if used and may else (),
        danger=True,
    )


def _removal(form: QueryDict) -> dict[str, bool]:
    return {"force": form.get("force") == "1"}


def _within(row: InventoryRow) -> str:
    return f"imageid:{quoted(row.podman_id)} {on_endpoint(row)}"


app_name = "images"
_PLACE = "<int:endpoint_id>/<path:podman_id>/"
_ROOM = ObjectRoom(
    kind="image",
    plural="images",
    word=_("Images"),
    spec=SPEC,
    head=HEAD,
    summary=SUMMARY,
    within=_within,
    quick=((_("All"), ""), (_("Unused"), "is:unused"), (_("Dangling"), "is:dangling")),
    deeds=(
        Deed(
            "image",
            "remove",
            _("Removing"),
            remove_image.ask,
            remove_image.ask_many,
            _remove,
            _removal,
        ),
    ),
    tabs=(
        Tab("layers", _("Layers"), "image.inspect", layers, lambda row: not is_list(row)),
        Tab("changes", _("Changes"), "image.inspect", changes, lambda row: not is_list(row)),
        Tab("platforms", _("Platforms"), "image.inspect", platforms, is_list),
    ),
    extra={
        "also": (
            {"url": "images:load", "verb": "image.load", "word": _("Load"), "icon": "upload"},
            {
                "url": "system:prune-image",
                "verb": "image.prune",
                "word": _("Prune"),
                "icon": "eraser",
            },
        ),
        "also_url": "builds:page",
        "also_verb": "image.build",
        "also_icon": "hammer",
        "also_word": _("Build image"),
        "do_url": "pull:page",
        "do_dialog": True,
        "do_verb": "image.pull",
        "do_icon": "download",
        "do_word": _("Pull image"),
    },
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
