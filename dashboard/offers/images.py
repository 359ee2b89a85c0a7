"""What is offered to do with images, and what the dialog asks that removes them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.offer import Offer, Question, names_of, offers_in
from dashboard.furniture.places import LOCK, Link, Opens, Place, places
from dashboard.furniture.removal import may_there
from dashboard.offers import bodies, host_bodies, prunes, usual
from dashboard.templatetags.face import size
from hosts.actions.builds import build_image
from hosts.actions.images import pull_image, push_image, remove_image, tag_image, untag_image
from hosts.actions.object_orders import ALONG
from hosts.models import InventoryRow


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
        "Remove the container that uses it too",
        "Remove the %(n)d containers that use them too",
        used,
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


REMOVE = usual.remove(
    remove_image.ACTION, dialog=_remove, on=places(Place.ROW, Place.MENU, Place.BULK)
)


def _is_no_list(row: Any) -> bool:
    return not row.manifest_list


def _about(route: str) -> Callable[[Any], str]:
    """The address of a dialog about chosen images, for one."""
    return lambda row: f"{reverse(route)}?object={row.endpoint_id}:{row.podman_id}"


RUN = Link(
    "run",
    "container.run",
    _("Run container"),
    "play",
    places(Place.ROW, Place.HEAD),
    at=lambda row: (
        reverse("run:page")
        + "?"
        + urlencode({"image": row.name or row.podman_id, "endpoint": row.endpoint_id})
    ),
    fits=_is_no_list,
    primary=True,
    command=_("Run a container of %(name)s"),
)
COPY = Link(
    "copy",
    "image.copy",
    _("Copy"),
    "copy",
    places(Place.HEAD, Place.BULK),
    Opens.DIALOG,
    _about("images:copy"),
    "/images/bulk/copy/",
    fits=_is_no_list,
    menu=_("Copy to…"),
)
SAVE = Link(
    "save",
    "image.save",
    _("Save"),
    "download",
    places(Place.MENU, Place.BULK),
    Opens.DIALOG,
    _about("images:save"),
    "/images/bulk/save/",
    fits=_is_no_list,
    menu=_("Save to a file…"),
)
LIST_CREATE = Link(
    "list_create",
    "image.list_create",
    _("Create list"),
    "list-tree",
    places(Place.BULK),
    Opens.DIALOG,
    bulk="/images/bulk/list/",
    fits=_is_no_list,
)
LOAD = Link(
    "load",
    "image.load",
    _("Load"),
    "upload",
    places(Place.LIST),
    page_name="images:load",
    command=_("Load images"),
)
PULL = usual.create(
    pull_image.ACTION,
    label=_("Pull image"),
    icon="download",
    body=host_bodies.PullOptions,
    also=_("get registry"),
    page="pull:page",
    in_dialog=True,
)
BUILD = Offer(
    build_image.ACTION,
    _("Build image"),
    "hammer",
    body=host_bodies.BuildOptions,
    also=_("containerfile dockerfile"),
    page="builds:page",
    on=places(Place.LIST),
)
# these have dialogs of their own (dashboard.pages.images.dialogs)
PUSH = Offer(
    push_image.ACTION,
    _("Push…"),
    "upload",
    body=bodies.PushOptions,
    opens=Opens.DIALOG,
    on=places(Place.HEAD),
)
TAG = Offer(
    tag_image.ACTION,
    _("Tag…"),
    "tag",
    body=bodies.TagOptions,
    opens=Opens.DIALOG,
    on=places(Place.HEAD),
)
UNTAG = Offer(
    untag_image.ACTION,
    _("Untag…"),
    "eraser",
    body=bodies.TagOptions,
    opens=Opens.DIALOG,
    fits=lambda row: bool(getattr(row, "names", ())),
)
BUTTONS = (
    *(LOAD, BUILD, prunes.IMAGES, PULL),
    *(RUN, PUSH, COPY, TAG, SAVE, LIST_CREATE, UNTAG, LOCK, REMOVE),
)
OFFERS = offers_in(BUTTONS)
