"""The verbs of volumes as pages offer them, with what their dialogs say."""

from functools import partial

from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.acting import Deed, Question, names_of
from dashboard.furniture.removing import used_words, users_now, with_users
from dashboard.pages.volumes.users import size_of
from dashboard.templatetags.face import size
from hosts.actions.volumes import remove_volume
from hosts.models import InventoryRow
from hosts.podman.users import of_volume

BIG_BYTES = 1024**3


def _remove(rows: list[InventoryRow]) -> Question:
    if len(rows) == 1:
        row = rows[0]
        users = users_now(row, partial(of_volume, volume=row.podman_id))
        size_bytes = size_of(row)["size_bytes"]
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
        sentence=_now("What is in them is lost for good. Those that a container uses stay."),
        losses=names_of(rows),
        danger=True,
    )


def _lost(size_bytes: int | None) -> str:
    if not size_bytes:
        return _now("What is in it is lost for good.")
    return _now("The %s in it are lost for good.") % size(size_bytes)


def _removal(form: QueryDict) -> dict[str, bool]:
    return {"force": form.get("force") == "1"}


DEEDS = (
    Deed(
        "volume",
        "remove",
        _("Removing"),
        remove_volume.ask,
        remove_volume.ask_many,
        _remove,
        _removal,
    ),
)
