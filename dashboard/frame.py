"""The frame of every page: the rail, the running jobs, the theme. One small query per page.

Must not fail: an error page wears the same frame.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from dashboard.pages.freezes.banner import lines_for
from dashboard.person import person_of
from hosts.access import verbs_at, visible_jobs
from hosts.access.approvals import approvals_to_decide
from hosts.access.requests import requests_to_decide
from hosts.jobs import failures
from hosts.models import Job

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class RailPlace:
    """One entry of the rail. `verb`: the right without which it is not shown ("" = everyone's)."""

    url_name: str
    word: str | Promise
    icon: str
    verb: str = ""
    key: str = ""
    # the live list whose number stands beside the word
    counted: str = ""
    # what that number means, for who does not see its place
    counted_word: str | Promise = ""
    # further places that are part of it, though their addresses do not begin with its own
    also: tuple[str, ...] = ()
    # places with entries of their own below it
    but: tuple[str, ...] = ()


PLACES: tuple[tuple[RailPlace, ...], ...] = (
    (
        RailPlace("overview:page", _("Overview"), "layout-dashboard", key="o"),
        RailPlace("hosts:list", _("Hosts"), "server", verb="host.view", key="h"),
        RailPlace("containers:list", _("Containers"), "box", verb="container.view", key="c"),
        RailPlace("pods:list", _("Pods"), "boxes", verb="pod.view", key="p"),
        RailPlace("images:list", _("Images"), "layers", verb="image.view", key="i"),
        RailPlace("volumes:list", _("Volumes"), "hard-drive", verb="volume.view", key="v"),
        RailPlace("networks:list", _("Networks"), "network", verb="network.view", key="n"),
        RailPlace("secrets:list", _("Secrets"), "lock-keyhole", verb="secret.view", key="e"),
        RailPlace("units:list", _("Units"), "cog", verb="unit.view", key="u"),
        RailPlace("merged-logs:page", _("Logs"), "logs", verb="container.logs", key="l"),
        RailPlace(
            "terminals:list", _("Terminals"), "square-terminal", verb="container.exec", key="t"
        ),
        RailPlace(
            "jobs:list",
            _("Jobs"),
            "list-checks",
            key="j",
            counted="jobs-failed",
            counted_word=_("failed in the last hour"),
        ),
        RailPlace("audit:list", _("Audit"), "scroll-text", verb="audit.read", key="a"),
    ),
    (
        RailPlace(
            "access:room", _("Access"), "users", also=("people:list",), but=("requests:list",)
        ),
        RailPlace("requests:list", _("Requests"), "hand", counted="requests-waiting"),
        RailPlace("groups:list", _("Groups"), "tags", verb="host.view"),
        RailPlace("registries:list", _("Registries"), "key-round", verb="registry.view"),
        RailPlace("guardrails:list", _("Guardrails"), "shield", verb="host.view"),
    ),
)


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A place as the rail shows it."""

    word: str | Promise
    icon: str
    url: str
    key: str
    here: bool
    counted: str
    counted_word: str | Promise
    number: int


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `rail` (sections of RailEntry), `theme`, `rail_narrow`, freeze windows that are
    open, and how many jobs run.
    """
    theme = request.COOKIES.get("theme", "auto")
    return {
        "theme": theme if theme in THEMES else "auto",
        "rail_narrow": request.COOKIES.get("rail") == "narrow",
        "rail": SimpleLazyObject(lambda: _rail(request)),
        "my_verbs": SimpleLazyObject(lambda: _verbs(request)),
        "open_freezes": SimpleLazyObject(lambda: _open_freezes(request)),
        "running_jobs": SimpleLazyObject(lambda: _running_jobs(request)),
    }


def _verbs(request: HttpRequest) -> frozenset[str]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frozenset()
    return verbs_at(person_of(request))


def _rail(request: HttpRequest) -> list[list[RailEntry]]:
    sections, verbs = [], _verbs(request)
    for places in PLACES:
        entries = [entry for place in places if (entry := _entry(place, request, verbs))]
        if entries:
            sections.append(entries)
    return sections


def _entry(place: RailPlace, request: HttpRequest, verbs: frozenset[str]) -> RailEntry | None:
    if place.verb and place.verb not in verbs:
        return None
    url = _url(place.url_name)
    here = request.path == url or (url != "/" and _within(request.path, (url,)))
    here = (here or _within(request.path, _urls(place.also))) and not _within(
        request.path, _urls(place.but)
    )
    number = COUNTS[place.counted](request) if place.counted else 0
    return RailEntry(
        place.word,
        place.icon,
        url,
        place.key,
        here,
        place.counted,
        place.counted_word,
        number,
    )


def _waiting_requests(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    person = person_of(request)
    return requests_to_decide(person).count() + approvals_to_decide(person).count()


def _failed_jobs(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return failures.count_recent(person_of(request))


# the number beside a place as the page is made; its live list keeps it true
COUNTS = {"requests-waiting": _waiting_requests, "jobs-failed": _failed_jobs}


def _open_freezes(request: HttpRequest) -> list[str]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return lines_for(person_of(request))


@cache
def _url(name: str) -> str:
    """Every page asks for all of them, and they stay the same."""
    return reverse(name)


def _urls(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_url(name) for name in names)


def _within(path: str, urls: tuple[str, ...]) -> bool:
    return path.startswith(urls)


def _running_jobs(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    taken = visible_jobs(person_of(request)).filter(state__in=Job.TAKEN)
    return taken.exclude(state=Job.State.QUEUED, queue=Job.GATE).count()
