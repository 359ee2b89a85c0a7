"""The pages that pods, images, volumes and networks have alike: list, page, inspect, history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.furniture.create_page import create
from dashboard.furniture.frames import TabLink, object_frame
from dashboard.furniture.history import history_of
from dashboard.furniture.inspect_tree import inspect_part
from dashboard.furniture.offer import CreatePage, Offer, PrunePage, offers_in
from dashboard.furniture.places import Link, Place
from dashboard.furniture.readers import READERS
from dashboard.furniture.verb_views import of_many, of_one
from dashboard.live.page import asks_for_list, list_context, list_page, live_row
from dashboard.live.spec import ListSpec, registered
from dashboard.live.visibility import verbs_for
from dashboard.person import person_of
from dashboard.words import Words
from hosts.access import Person, allows, endpoints_with, get_object
from hosts.models import InventoryRow


def _none(row: InventoryRow) -> str:
    return ""


Part = Callable[[HttpRequest, InventoryRow], HttpResponse]


@dataclass(frozen=True, slots=True)
class Tab:
    """A further tab. `part` renders the host's answer, which the page fetches once it is shown. It
    is the name of an address where another room renders it.

    `name`: last word of its address. `verb`: the right to see it. `fits`: whether an object has
    this tab.
    """

    name: str
    word: Words
    verb: str
    part: Part | str
    fits: Callable[[InventoryRow], bool] = lambda row: True


@dataclass(frozen=True, slots=True)
class ObjectRoom:
    """A kind of object. `within(row)`: filter line of the containers that belong to it, or ""."""

    word: Words
    spec: ListSpec
    within: Callable[[InventoryRow], str] = _none
    quick: tuple[tuple[Words, str], ...] = ()
    buttons: tuple[Offer | Link, ...] = ()
    tabs: tuple[Tab, ...] = ()

    @property
    def kind(self) -> str:
        """`volume`."""
        return self.spec.verb.partition(".")[0]

    @property
    def plural(self) -> str:
        """`volumes`."""
        return self.spec.name


_ROOMS: dict[str, ObjectRoom] = {}


def urls(room: ObjectRoom) -> list[URLPattern]:
    """Addresses of the room, below its own prefix."""
    _ROOMS[room.kind] = room
    offers = [one for one in offers_in(room.buttons) if one.kind == room.kind]
    place = "<int:endpoint_id>/<path:podman_id>/"
    return [
        path("", _list(room), name="list"),
        *(
            path("create/", create(offer), name="create")
            for offer in offers
            if isinstance(offer.page, CreatePage)
        ),
        *of_many(offers),
        *(
            [path(f"{place}inspect/", _inspect(room), name="inspect")]
            if room.kind in READERS
            else []
        ),
        path(f"{place}history/", _history(room), name="history"),
        *(path(f"{place}{tab.name}/", _tab(room, tab), name=tab.name) for tab in room.tabs),
        *of_one(offers, place),
        path(place, _page(room), name="page"),
    ]


def _list(room: ObjectRoom) -> Callable[..., HttpResponse]:
    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        extra = {
            "word": room.word,
            "quick": room.quick,
            "buttons": above_list(person_of(request), room.buttons),
        }
        return list_page(request, room.spec, "objects/list.html", extra)

    return view


def above_list(person: Person, buttons: Iterable[Offer | Link]) -> list[Offer | Link]:
    """Those above a list that this person may do somewhere."""
    return [one for one in buttons if Place.LIST in one.on and _holds(person, one)]


def _holds(person: Person, offer: Offer | Link) -> bool:
    if isinstance(offer, Offer) and isinstance(offer.page, PrunePage):
        # by a grant for some containers alone nobody prunes
        return endpoints_with(person, offer.verb) != frozenset()
    return allows(person, offer.verb)


def frame(
    kind: str, request: HttpRequest, endpoint_id: int, podman_id: str, tab: str
) -> dict[str, Any]:
    """Context of objects/frame.html, also for pages of other rooms that are tabs of the object."""
    room = _ROOMS[kind]
    person = person_of(request)
    row = get_object(person, room.kind, endpoint_id, podman_id, verb=f"{room.kind}.view")
    verbs = verbs_for(person, row)
    named: list[tuple[str, Words]] = [("page", _("Summary"))]
    named += [(one.name, one.word) for one in room.tabs if one.verb in verbs and one.fits(row)]
    if f"{room.kind}.inspect" in verbs:
        named.append(("inspect", _("Inspect")))
    named.append(("history", _("History")))
    tabs = [
        TabLink(name, word, reverse(f"{room.plural}:{name}", args=[endpoint_id, podman_id]))
        for name, word in named
    ]
    up = (room.word, f"{room.plural}:list")
    head = registered(f"{room.plural}-head")
    return {"room": room, **object_frame(person, row, head, up, tabs, tab=tab)}


def _page(room: ObjectRoom) -> Callable[..., HttpResponse]:
    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        context = frame(room.kind, request, endpoint_id, podman_id, "page")
        person, row = person_of(request), context["row"]
        context["summary"] = live_row(person, registered(f"{room.plural}-summary"), row)
        if locked := room.within(row):
            containers = registered("containers")
            inside = list_context(person, containers, request.GET, locked=locked)
            if asks_for_list(request, containers):
                return render(request, "live/list.html", inside)
            context |= {**inside, "inside": True}
        return render(request, "objects/page.html", context)

    return view


def _inspect(room: ObjectRoom) -> Callable[..., HttpResponse]:
    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        if "HX-Request" in request.headers:
            return inspect_part(request, room.kind, endpoint_id, podman_id)
        context = frame(room.kind, request, endpoint_id, podman_id, "inspect")
        return render(request, "objects/inspect.html", context)

    return view


def _tab(room: ObjectRoom, tab: Tab) -> Callable[..., HttpResponse]:
    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        if "HX-Request" in request.headers and not isinstance(tab.part, str):
            person = person_of(request)
            row = get_object(person, room.kind, endpoint_id, podman_id, verb=tab.verb)
            return tab.part(request, row)
        context = frame(room.kind, request, endpoint_id, podman_id, tab.name)
        context["part_url"] = request.path
        if isinstance(tab.part, str):
            context["part_url"] = reverse(tab.part, args=[endpoint_id, podman_id])
        return render(request, "objects/tab.html", context)

    return view


def _history(room: ObjectRoom) -> Callable[..., HttpResponse]:
    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        context = frame(room.kind, request, endpoint_id, podman_id, "history")
        context["past"] = history_of(person_of(request), room.kind, context["row"])
        return render(request, "objects/history.html", context)

    return view


def quoted(value: str) -> str:
    """A value as the filter line takes it."""
    return '"' + value.replace('"', " ") + '"'


def on_endpoint(row: InventoryRow) -> str:
    """The filter line that names the row's endpoint."""
    return f"host:{quoted(row.endpoint.host.name)} user:{quoted(row.endpoint.user)}"
