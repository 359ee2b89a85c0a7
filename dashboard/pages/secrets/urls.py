"""Secrets: their list and pages, under /secrets/."""

from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column
from dashboard.live.tokens import equals
from dashboard.pages.objectlists import CREATED, NAME, WHERE, object_list, parts_of
from dashboard.pages.objects import ObjectRoom, urls
from hosts.models import Secret
from hosts.podman import secrets as podman_secrets

SPEC = object_list(
    plural="secrets",
    kind="secret",
    noun=(_("secret"), _("secrets")),
    model=Secret,
    tokens=(equals("driver", _("driver"), "driver"),),
    columns=(NAME, Column("small", _("Driver"), rank=3), WHERE, CREATED),
    sorts={},
    empty={
        "icon": "lock-keyhole",
        "hint": _("name, or host:web1 …"),
        "title": _("No secrets yet"),
        "text": _("Passwords and keys that containers get without standing in their settings."),
    },
)
HEAD, SUMMARY = parts_of(SPEC)

app_name = "secrets"
urlpatterns = urls(
    ObjectRoom(
        kind="secret",
        plural="secrets",
        word=_("Secrets"),
        spec=SPEC,
        head=HEAD,
        summary=SUMMARY,
        read=podman_secrets.inspect,
    )
)
