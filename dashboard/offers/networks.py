"""What is offered to do with networks, and what the dialog asks that removes them."""

from functools import partial

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.action_forms import DialogForm, line
from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.forms import ParsedField
from dashboard.furniture.offer import (
    CreatePage,
    Fields,
    Offer,
    Question,
    names_of,
    offers_in,
)
from dashboard.furniture.places import LOCK_IN_HEAD, Place, places
from dashboard.furniture.removal import used_words, users_now, with_users
from dashboard.offers import bodies, host_bodies, prunes, usual
from dashboard.offers.network_form import NetworkForm
from hosts.actions.networks import (
    connect_network,
    create_network,
    disconnect_network,
    remove_network,
    update_network,
)
from hosts.models import InventoryRow
from hosts.podman.container_uses import of_network


def _remove(rows: list[InventoryRow]) -> Question:
    if len(rows) == 1:
        row = rows[0]
        users = users_now(row, partial(of_network, network=row.name))
        return Question(
            title=_now("Remove the network %(name)s from %(host)s?")
            % {"name": row.name, "host": row.endpoint},
            verb=_now("Remove network"),
            sentence=used_words(users),
            options=with_users(row, users),
            danger=True,
        )
    return Question(
        title=ngettext("Remove %(n)d network?", "Remove %(n)d networks?", len(rows))
        % {"n": len(rows)},
        verb=_now("Remove networks"),
        sentence=_now("Networks that a container uses are kept."),
        losses=names_of(rows),
        danger=True,
    )


def _is_no_default(row: InventoryRow) -> bool:
    """The network of that name comes with Podman, which does not let it go."""
    return row.name != "podman"


REMOVE = usual.remove(
    remove_network.ACTION,
    dialog=_remove,
    fits=_is_no_default,
    on=places(Place.ROW, Place.HEAD, Place.BULK),
)


class NetworkUpdateOptions(RequestBody):
    """Addresses of DNS servers."""

    dns_add: list[str] = []
    dns_drop: list[str] = []


class DnsForm(DialogForm):
    """Addresses, with spaces between them."""

    dns_add = ParsedField(str.split, label=_("Add"), widget=line("192.0.2.53"))
    dns_drop = ParsedField(str.split, label=_("Drop"), widget=line())


UPDATE = Offer(
    update_network.ACTION,
    _("DNS servers…"),
    "server-cog",
    _("Changing the DNS servers of"),
    Fields(DnsForm, _("DNS servers of %(name)s on %(host)s"), _("Change DNS servers")),
    on=places(Place.HEAD),
    body=NetworkUpdateOptions,
)
CREATE = usual.create(
    create_network.ACTION,
    label=_("Create network"),
    body=host_bodies.NetworkCreateOptions,
    page=CreatePage(NetworkForm, create_network.order),
)
# asked for on a tab of its page (dashboard.pages.networks.members)
CONNECT = Offer(connect_network.ACTION, body=bodies.ConnectOptions, on=places())
DISCONNECT = Offer(disconnect_network.ACTION, body=bodies.DisconnectOptions, on=places())
BUTTONS = (prunes.NETWORKS, CREATE, CONNECT, DISCONNECT, LOCK_IN_HEAD, UPDATE, REMOVE)
OFFERS = offers_in(BUTTONS)
