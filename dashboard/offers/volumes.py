"""What is offered to do with volumes, and what the dialog asks that removes them."""

from functools import partial

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.offer import CreatePage, Offer, Question, names_of, offers_in
from dashboard.furniture.places import LOCK_IN_HEAD, Opens, Place, places
from dashboard.furniture.removal import used_words, users_now, with_users
from dashboard.furniture.sizes import sizes_of
from dashboard.offers import bodies, host_bodies, prunes, usual
from dashboard.offers.volume_form import VolumeForm
from dashboard.templatetags.face import size
from hosts.actions.volumes import clone_volume, create_volume, remove_volume
from hosts.models import InventoryRow
from hosts.podman.container_uses import of_volume

BIG_BYTES = 1024**3


def _remove(rows: list[InventoryRow]) -> Question:
    if len(rows) == 1:
        row = rows[0]
        users = users_now(row, partial(of_volume, volume=row.podman_id))
        place = (row.endpoint_id, row.podman_id)
        size_bytes = sizes_of("volume", [place]).get(place)
        return Question(
            title=_now("Remove the volume %(name)s from %(host)s?")
            % {"name": row.name, "host": row.endpoint},
            verb=_now("Remove volume"),
            sentence=f"{_lost(size_bytes)} {used_words(users)}",
            options=with_users(row, users),
            danger=True,
            # nobody wants to type for what is small
            type_name=row.name if size_bytes and size_bytes >= BIG_BYTES else "",
        )
    return Question(
        title=ngettext("Remove %(n)d volume?", "Remove %(n)d volumes?", len(rows))
        % {"n": len(rows)},
        verb=_now("Remove volumes"),
        sentence=_now("All data in them is lost. Volumes that a container uses are kept."),
        losses=names_of(rows),
        danger=True,
    )


def _lost(size_bytes: int | None) -> str:
    if not size_bytes:
        return _now("All data in it is lost.")
    return _now("All data in it (%s) is lost.") % size(size_bytes)


REMOVE = usual.remove(
    remove_volume.ACTION,
    dialog=_remove,
    on=places(Place.ROW, Place.HEAD, Place.BULK),
)
CREATE = usual.create(
    create_volume.ACTION,
    label=_("Create volume"),
    body=host_bodies.VolumeCreateOptions,
    page=CreatePage(VolumeForm, create_volume.order),
)
# by a page of its own (dashboard.pages.volumes.clone)
CLONE = Offer(
    clone_volume.ACTION,
    _("Clone"),
    "copy",
    body=bodies.CloneOptions,
    opens=Opens.PAGE,
    on=places(Place.HEAD),
)
BUTTONS = (prunes.VOLUMES, CREATE, CLONE, LOCK_IN_HEAD, REMOVE)
OFFERS = offers_in(BUTTONS)
