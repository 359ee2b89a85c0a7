"""From the path in a client's address to an endpoint: /HOST, /HOST/USER, or none where only one fits."""

from typing import Final

from hosts.access import Person, visible_endpoints
from hosts.models import Endpoint

# of the choices that are named to somebody
_NAMED: Final = 20


class NoPlace(Exception):
    """No endpoint, or several; the text says which there are, for the person at the client."""


def place(person: Person, path: str) -> Endpoint:
    """The endpoint at `path`, among those that `person` sees. NoPlace. Asks the database."""
    name, _slash, user = path.strip("/").partition("/")
    open_to_them = endpoints_of(person)
    if not name:
        if len(open_to_them) == 1:
            return open_to_them[0]
        raise NoPlace(_choices(open_to_them, "The address names no host."))
    there = [one for one in open_to_them if one.host.name.lower() == name.lower()]
    if not there:
        told = _shortened(name)
        words = f"There is no host {told} here that you may use."
        raise NoPlace(_choices(open_to_them, words))
    found = [one for one in there if one.user == user] if user else _default(there)
    if len(found) == 1:
        return found[0]
    words = f"{there[0].host.name} has no {_shortened(user)} that you may use."
    if not user:
        words = f"{there[0].host.name} has several accounts that you may use."
    raise NoPlace(_choices(there, words))


def path_of(endpoint: Endpoint) -> str:
    """The path that always leads there."""
    return f"/{endpoint.host.name}/{endpoint.user}"


def endpoints_of(person: Person) -> list[Endpoint]:
    """Those that they may use through the gate, by host and account. Asks the database."""
    found = visible_endpoints(person)
    return list(found.select_related("host", "login").order_by("host__name", "user", "pk"))


def _default(there: list[Endpoint]) -> list[Endpoint]:
    """Root's where the person sees it, else the only one."""
    return [one for one in there if one.user == "root"] or there


def _choices(endpoints: list[Endpoint], words: str) -> str:
    if not endpoints:
        return f"{words} No host is open to you."
    named = ", ".join(path_of(one) for one in endpoints[:_NAMED])
    more = f" and {len(endpoints) - _NAMED} more" if len(endpoints) > _NAMED else ""
    return f"{words} Name one: {named}{more}"


def _shortened(text: str) -> str:
    """As it came, without what would do something to a terminal."""
    return "".join(letter for letter in text[:60] if letter.isprintable()) or "such host"
