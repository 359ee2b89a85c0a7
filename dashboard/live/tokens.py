"""Filter tokens that several lists share: host, group, user, label, and makers for the plain ones."""

from collections.abc import Callable, Iterable
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.live.spec import BadValue, Token
from dashboard.words import Words
from hosts.access import Person, visible_hosts, visible_objects
from hosts.models import Endpoint, Group, Volume
from hosts.models.inventory import LIVE, PublishesPort, label_condition
from hosts.models.mounts import MountsVolume

SUGGESTIONS = 12


def matching(field: str, value: str) -> Q:
    """`web1` whole (in whatever case), `web*` by its beginning."""
    if value.endswith("*"):
        return Q(**{f"{field}__istartswith": value[:-1]})
    return Q(**{f"{field}__iexact": value})


def host_names(person: Person, typed: str) -> Iterable[str]:
    """Names of visible hosts that begin as typed."""
    found = visible_hosts(person).filter(name__istartswith=typed).order_by("name")
    return found.values_list("name", flat=True)[:SUGGESTIONS]


def group_names(person: Person, typed: str) -> Iterable[str]:
    """Names of groups that begin as typed."""
    found = Group.objects.filter(hosts__in=visible_hosts(person), name__istartswith=typed)
    return found.distinct().order_by("name").values_list("name", flat=True)[:SUGGESTIONS]


def _endpoints(condition: Q) -> Q:
    # ids first: the index of (endpoint, name) serves, and the host tables are not joined per row
    return Q(endpoint_id__in=Endpoint.objects.filter(condition).order_by().values("pk"))


HOST = Token(
    "host",
    gettext_lazy("host name, * for any end"),
    lambda value: _endpoints(matching("host__name", value)),
    host_names,
)
GROUP = Token(
    "group",
    gettext_lazy("group of hosts"),
    lambda value: _endpoints(Q(host__groups__name__iexact=value)),
    group_names,
)
USER = Token(
    "user",
    gettext_lazy("root, or the name of a rootless user"),
    lambda value: _endpoints(Q(user=value)),
)


# one row of a list by its primary key
KEY = Token("key", "", lambda value: Q(pk=value) if value.isdecimal() else Q(pk=0))


def _label(value: str) -> Q:
    if not value.partition("=")[0]:
        raise BadValue(_("Write a label as label:app or label:app=shop."))
    return label_condition(value)


LABEL = Token("label", gettext_lazy("label, label=value"), _label)


def _port(value: str) -> Q:
    if not (value.isascii() and value.isdigit() and len(value) <= 5):
        raise BadValue(_("Write a host port as port:8080."))
    return Q(PublishesPort(int(value)))


PORT = Token("port", gettext_lazy("published host port"), _port)


def volume_names(person: Person, typed: str) -> Iterable[str]:
    """Names of visible volumes that begin as typed."""
    found = Volume.objects.filter(visible_objects(person, "volume"), LIVE)
    names = found.filter(name__istartswith=typed, anonymous=False).order_by("name")
    return names.values_list("name", flat=True).distinct()[:SUGGESTIONS]


VOLUME = Token(
    "volume",
    gettext_lazy("volume that it mounts"),
    lambda value: Q(MountsVolume(value)),
    volume_names,
    verb="volume.view",
)


def one_of(name: str, label: Words, conditions: dict[str, Q]) -> Token:
    """A token with a fixed set of values."""

    def to_q(value: str) -> Q:
        condition = conditions.get(value.lower())
        if condition is None:
            raise BadValue(
                _("“%(token)s:%(value)s” is not valid. Use one of: %(known)s.")
                % {"token": name, "value": value, "known": ", ".join(conditions)}
            )
        return condition

    def values(person: Person, typed: str) -> Iterable[str]:
        return [value for value in conditions if value.startswith(typed.lower())]

    return Token(name, label, to_q, values)


def contains(name: str, label: Words, field: str) -> Token:
    """A token that looks for its value anywhere in a field, in whatever case."""
    return Token(name, label, lambda value: Q(**{f"{field}__icontains": value}))


def equals(name: str, label: Words, field: str) -> Token:
    """A token for a whole value, or its beginning with *."""
    return Token(name, label, partial(matching, field))


def any_contains(*fields: str) -> Callable[[str], Q]:
    """Free text: in any of these fields."""

    def to_q(value: str) -> Q:
        condition = Q()
        for field in fields:
            condition |= Q(**{f"{field}__icontains": value})
        return condition

    return to_q
