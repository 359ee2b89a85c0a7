"""What a prune would remove, shown image by image before anything is asked for."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.acting import MOST_OBJECTS, refs_of
from dashboard.furniture.forms import endpoint_words
from dashboard.furniture.watching import go_watch
from dashboard.live.locked import attach
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, allows, visible_endpoints
from hosts.actions.images import prune_images
from hosts.models import Container, Endpoint, Image
from hosts.models.inventory import LIVE
from hosts.refused import Refusal

WHICH = (
    ("dangling", gettext_lazy("Without a name (dangling)")),
    ("unused", gettext_lazy("All that no container uses")),
)
OLDER = (
    ("", gettext_lazy("of any age")),
    ("24", gettext_lazy("older than a day")),
    ("168", gettext_lazy("older than a week")),
    ("720", gettext_lazy("older than 30 days")),
)


@dataclass(frozen=True)
class Wish:
    """What is to go, as the form says it."""

    which: str
    older_h: str
    label: str
    endpoints: list[Endpoint] = field(default_factory=list)

    def filters(self) -> dict[str, str]:
        """For the log: how the plan was chosen."""
        told = {"which": self.which, "until_h": self.older_h, "label": self.label}
        return {name: value for name, value in told.items() if value}


def _wish(data: QueryDict, endpoints: list[Endpoint]) -> Wish:
    which, older = data.get("which", ""), data.get("older", "")
    ids = set(data.getlist("endpoint"))
    return Wish(
        which=which if which in dict(WHICH) else "dangling",
        older_h=older if older in dict(OLDER) else "",
        label=data.get("label", "").strip()[:300],
        endpoints=[one for one in endpoints if str(one.pk) in ids] or endpoints,
    )


def _planned(wish: Wish) -> list[Image]:
    """The images, and one more than is shown when there are more."""
    users = Container.objects.filter(
        LIVE, endpoint=OuterRef("endpoint"), image_id=OuterRef("podman_id")
    )
    rows = Image.objects.filter(
        LIVE, ~Exists(users), endpoint__in=wish.endpoints, manifest_list=False
    )
    if wish.which == "dangling":
        rows = rows.filter(dangling=True)
    if wish.older_h:
        rows = rows.filter(created_at__lt=timezone.now() - timedelta(hours=int(wish.older_h)))
    found = list(rows.select_related("endpoint__host").order_by("name", "pk"))
    if wish.label:
        found = [row for row in found if _has_label(row, wish.label)]
    return found[: MOST_OBJECTS + 1]


def _has_label(row: Image, wanted: str) -> bool:
    # in Python: SQLite has no containment of JSON, and a prune looks at few rows
    name, equals, value = wanted.partition("=")
    return name in row.labels and (not equals or str(row.labels[name]) == value)


def _endpoints(person: Person) -> list[Endpoint]:
    rows = visible_endpoints(person).select_related("host", "login")
    return [one for one in rows if allows(person, prune_images.VERB, one)]


@require_http_methods(["GET", "POST"])
def prune(request: HttpRequest) -> HttpResponse:
    """GET: the form and its preview. POST: remove exactly the images that are still ticked."""
    person = person_of(request)
    access.require_whole(person, prune_images.VERB, Target(kind="image", name="any host"))
    endpoints = _endpoints(person)
    data = request.GET if request.method == "GET" else request.POST
    wish = _wish(data, endpoints)
    problem = ""
    if request.method == "POST":
        try:
            refs = refs_of(request.POST.getlist("object"))
            batch = prune_images.ask(person, refs, filters=wish.filters())
        except Refusal as wrong:
            problem = str(wrong)
        else:
            return go_watch(request, batch)
    planned = _planned(wish)
    attach(planned)
    rows = [row for row in planned if not hasattr(row, "lock")]
    context = {
        "wish": wish,
        "which": WHICH,
        "older": OLDER,
        "problem": problem,
        "rows": rows[:MOST_OBJECTS],
        "locked": [row for row in planned if hasattr(row, "lock")],
        "more": len(rows) > MOST_OBJECTS,
        "bytes": sum(row.size_bytes for row in rows[:MOST_OBJECTS]),
        "targets": [
            (one.pk, endpoint_words(one), one in wish.endpoints and bool(data.getlist("endpoint")))
            for one in endpoints
        ],
    }
    return render(request, "images/prune.html", context)
