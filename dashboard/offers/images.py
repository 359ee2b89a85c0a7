"""What is offered to do with images, and what the dialog asks that removes them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.offer import Offer, OnList, Question, forced, names_of
from dashboard.furniture.removing import may_there
from dashboard.offers import bodies, host_bodies, prunes
from dashboard.templatetags.face import size
from hosts.actions.asking import ALONG
from hosts.actions.builds import build_image
from hosts.actions.images import pull_image, push_image, remove_image, tag_image, untag_image
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


REMOVE = Offer(
    remove_image.ACTION,
    _("Remove"),
    "trash-2",
    _("Removing"),
    _remove,
    forced,
    body=bodies.RemoveOptions,
    asks_first=True,
    danger=True,
    menu=_("Remove…"),
)
# the others have dialogs of their own (dashboard.pages.images.dialogs)
OFFERS = (
    Offer(
        pull_image.ACTION,
        _("Pull image"),
        "download",
        body=host_bodies.PullOptions,
        also=_("get registry"),
        page="pull:page",
        on_list=OnList.FIRST,
        in_dialog=True,
    ),
    Offer(
        build_image.ACTION,
        _("Build image"),
        "hammer",
        body=host_bodies.BuildOptions,
        also=_("containerfile dockerfile"),
        page="builds:page",
        on_list=OnList.OTHER,
    ),
    prunes.IMAGES,
    Offer(push_image.ACTION, body=bodies.PushOptions),
    Offer(tag_image.ACTION, body=bodies.TagOptions),
    Offer(untag_image.ACTION, body=bodies.TagOptions),
    REMOVE,
)
