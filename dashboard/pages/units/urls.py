"""Units: the list and one unit, under /units/."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.object_lists import NAME, WHERE, object_list
from dashboard.furniture.objects import ObjectRoom, urls
from dashboard.furniture.offer import in_bulk
from dashboard.live.spec import Column
from dashboard.live.tokens import equals, one_of
from dashboard.offers.units import BUTTONS
from dashboard.pages.units.rows import prepare
from hosts.systemd.quadlets import MAKES

STATES = ("active", "inactive", "failed", "activating", "deactivating", "reloading")

SPEC = object_list(
    kind="unit",
    noun=(_("unit"), _("units")),
    tokens=(
        one_of("state", _("state"), {state: Q(state=state) for state in STATES}),
        one_of("makes", _("what it makes"), {one: Q(makes=one) for one in MAKES.values()}),
        equals("result", _("how its last run ended"), "result"),
    ),
    columns=(
        NAME,
        Column("state", _("State"), "state"),
        Column("middle", _("Makes"), rank=3),
        WHERE,
        Column("since", _("Since"), "-since", rank=3),
        Column("acts", ""),
    ),
    sorts={"state": ("state", "name", "id"), "since": ("since", "id")},
    prepare=prepare,
    topics=frozenset({"containers", "pods", "volumes", "networks"}),
    bulk=in_bulk(BUTTONS),
    empty={
        "icon": "cog",
        "hint": _("name, or state:failed host:web1 …"),
        "title": _("No units yet"),
        "text": _(
            "A unit is what systemd makes of a quadlet: a file on the host that says which container,"
            " pod or volume is to be there. Units appear here automatically, where systemd can be"
            " reached with the login's key."
        ),
    },
)

app_name = "units"
ROOM = ObjectRoom(
    word=_("Units"),
    spec=SPEC,
    quick=((_("All"), ""), (_("Failed"), "state:failed"), (_("Active"), "state:active")),
    buttons=BUTTONS,
)
urlpatterns = urls(ROOM)
