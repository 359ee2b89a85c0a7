"""Secrets: the list and one secret, under /secrets/."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.object_lists import CREATED, NAME, WHERE, object_list
from dashboard.furniture.objects import ObjectRoom, Tab, urls
from dashboard.furniture.offer import in_bulk
from dashboard.live.spec import Column
from dashboard.live.tokens import equals
from dashboard.offers.secrets import BUTTONS
from dashboard.pages.secrets.replace import replace
from dashboard.pages.secrets.users import USERS

SPEC = object_list(
    kind="secret",
    noun=(_("secret"), _("secrets")),
    tokens=(equals("driver", _("driver"), "driver"),),
    columns=(NAME, Column("small", _("Driver"), rank=3), WHERE, CREATED, Column("acts", "")),
    empty={
        "icon": "lock-keyhole",
        "hint": _("name, or host:web1 …"),
        "title": _("No secrets yet"),
        "text": _("Passwords and keys that containers get without having them in their settings."),
    },
    bulk=in_bulk(BUTTONS),
)

app_name = "secrets"
ROOM = ObjectRoom(
    word=_("Secrets"),
    spec=SPEC,
    buttons=BUTTONS,
    tabs=(Tab("users", _("Used by"), "secret.view", USERS),),
)
urlpatterns = [
    path("<int:endpoint_id>/<path:podman_id>/replace/", replace, name="replace"),
    *urls(ROOM),
]
