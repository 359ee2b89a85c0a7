"""The verbs of networks as pages offer them, with what their dialogs say."""

from functools import partial

from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.acting import Deed, Question, names_of
from dashboard.furniture.removing import used_words, users_now, with_users
from hosts.actions.networks import remove_network
from hosts.models import InventoryRow
from hosts.podman.users import of_network


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
        sentence=_now("Those with a container on them stay."),
        losses=names_of(rows),
        danger=True,
    )


def _removal(form: QueryDict) -> dict[str, bool]:
    return {"force": form.get("force") == "1"}


DEEDS = (
    Deed(
        "network",
        "remove",
        _("Removing"),
        remove_network.ask,
        remove_network.ask_many,
        _remove,
        _removal,
    ),
)
