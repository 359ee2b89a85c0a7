"""What is offered to do with secrets, and what the dialog asks that removes them."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.bodies import EmptyBody
from dashboard.furniture.offer import (
    CreatePage,
    Offer,
    Question,
    names_of,
    no_params,
    offers_in,
)
from dashboard.furniture.places import LOCK_IN_HEAD, Opens, Place, places
from dashboard.furniture.removal import used_words, users_now
from dashboard.offers import host_bodies, usual
from dashboard.offers.secret_forms import SecretForm
from hosts.actions.secrets import create_secret, remove_secret, replace_secret
from hosts.models import InventoryRow
from hosts.podman import Podman
from hosts.podman.container_uses import ContainerUse, of_secret


def users_of(row: InventoryRow) -> list[ContainerUse] | None:
    """Containers that have the secret, or None where the host does not say now."""

    async def read(podman: Podman) -> list[ContainerUse]:
        return (await of_secret(podman, row.name))[0]

    return users_now(row, read)


def _remove(rows: list[InventoryRow]) -> Question:
    lost = _now("Its value is lost; Podman cannot return it.")
    keep = _now("Containers that use it keep the value, but cannot be recreated without it.")
    if len(rows) == 1:
        row = rows[0]
        users = users_of(row)
        return Question(
            title=_now("Remove the secret %(name)s from %(host)s?")
            % {"name": row.name, "host": row.endpoint},
            verb=_now("Remove secret"),
            sentence=f"{lost} {used_words(users)}",
            warning=keep if users else "",
            danger=True,
        )
    return Question(
        title=ngettext("Remove %(n)d secret?", "Remove %(n)d secrets?", len(rows))
        % {"n": len(rows)},
        verb=_now("Remove secrets"),
        sentence=f"{lost} {keep}",
        losses=names_of(rows),
        danger=True,
    )


REMOVE = usual.remove(
    remove_secret.ACTION,
    dialog=_remove,
    params=no_params,
    body=EmptyBody,
    on=places(Place.ROW, Place.HEAD, Place.BULK),
)
CREATE = usual.create(
    create_secret.ACTION,
    label=_("Create secret"),
    body=host_bodies.SecretCreateOptions,
    page=CreatePage(SecretForm),
)
# by a page of its own (dashboard.pages.secrets.replace)
REPLACE = Offer(
    replace_secret.ACTION,
    _("Replace"),
    "replace",
    body=host_bodies.SecretReplaceOptions,
    opens=Opens.PAGE,
    on=places(Place.HEAD),
)
BUTTONS = (CREATE, REPLACE, LOCK_IN_HEAD, REMOVE)
OFFERS = offers_in(BUTTONS)
