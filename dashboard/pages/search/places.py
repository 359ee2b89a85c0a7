"""Pages and commands that a person's rights allow."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.frame import PLACES
from dashboard.furniture.places import Place
from dashboard.offers import BUTTONS
from dashboard.pages.search.results import Result, fits, rank
from dashboard.words import Words
from hosts.access import Person, allows


@dataclass(frozen=True, slots=True)
class Command:
    """A page to start something. `also`: more words to find it by; `query`: a list's filter line."""

    word: Words
    url_name: str
    icon: str
    verb: str = ""
    also: Words = ""
    query: str = ""


COMMANDS = (
    *(
        Command(one.command or one.label, one.page_name, one.icon, one.verb, one.also)
        for buttons in BUTTONS.values()
        for one in buttons
        if Place.LIST in one.on
    ),
    Command(
        _("Containers with an update available"),
        "containers:list",
        "circle-arrow-up",
        "container.view",
        _("outdated upgrade newer image"),
        query="update:available",
    ),
    Command(_("Manage groups"), "groups:list", "tags", "host.view"),
    Command(_("People"), "people:list", "users", "access.view", _("users accounts")),
    Command(_("Teams"), "access:teams", "users-round", "access.view", _("groups of people")),
    Command(_("Roles"), "access:roles", "id-card", "access.view", _("verbs rights permissions")),
    Command(_("Grants"), "access:grants", "key-round", "access.view", _("rights permissions")),
    Command(_("Give access"), "access:give", "key-round", "access.edit", _("grant rights let")),
    Command(_("My access"), "access:mine", "id-card", also=_("rights permissions teams role")),
    Command(_("Invite person"), "people:list", "user-plus", "people.manage", _("user account")),
    Command(_("Registry passwords"), "registries:list", "key-round", "registry.view", _("login")),
    Command(
        _("Connections for podman and docker"),
        "tokens:connections",
        "download",
        also=_("remote context gate"),
    ),
    Command(_("Change password"), "account_change_password", "key-round"),
    Command(_("Second factor"), "mfa_index", "shield-check", also=_("totp two-factor")),
)


def find_places(person: Person, words: list[str]) -> list[Result]:
    """Pages whose name fits."""
    found = [
        Result(place.word, reverse(place.url_name), place.icon, _("Page"))
        for section in PLACES
        for place in section
        if (not place.verb or allows(person, place.verb)) and fits(words, str(place.word))
    ]
    return _sorted(words, found)


def find_commands(person: Person, words: list[str]) -> list[Result]:
    """Commands whose name or other words fit."""
    found = [
        Result(command.word, _url(command), command.icon, _("Command"))
        for command in COMMANDS
        if (not command.verb or allows(person, command.verb))
        and fits(words, str(command.word), str(command.also))
    ]
    return _sorted(words, found)


def _url(command: Command) -> str:
    query = f"?{urlencode({'q': command.query})}" if command.query else ""
    return f"{reverse(command.url_name)}{query}"


def _sorted(words: list[str], found: list[Result]) -> list[Result]:
    return sorted(found, key=lambda one: rank(words, str(one.word))) if words else found
