"""Certificates of logins that have ended, or end within two weeks."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.furniture.host_status import HostStatus
from dashboard.pages.overview.item import MOST, Item, rest
from hosts.access import Person, allows
from hosts.models import Host, Login


def stops(status: HostStatus) -> bool:
    """True when a login is no longer dialled because its certificate has ended."""
    return any(
        login.reason_kind == "certificate-expired" and login.certificate_until
        for login in status.logins
    )


def items(person: Person, hosts: list[Host], found: dict[int, HostStatus]) -> Iterator[Item]:
    """One item for each host, soonest end first. Hosts stopped by a certificate are left out."""
    ending = [
        host
        for host in hosts
        if any(login.certificate_ends_soon for login in found[host.pk].logins)
        and not stops(found[host.pk])
    ]
    ending.sort(key=lambda host: _first_to_end(found[host.pk])[0])
    for host in ending[:MOST]:
        until, login = _first_to_end(found[host.pk])
        words = (
            _("The certificate of %(login)s has expired")
            if until <= timezone.now()
            else _("The certificate of %(login)s expires soon")
        )
        yield item(person, host, found[host.pk], text=words % {"login": login})
    if len(ending) > MOST:
        words = _("%(n)d more hosts with a certificate that expires soon")
        yield rest(len(ending) - MOST, words, "/hosts/?q=certificate:ends")


def item(person: Person, host: Host, status: HostStatus, *, text: str) -> Item:
    """The login of this host whose certificate ends first."""
    until, login = _first_to_end(status)
    over = until <= timezone.now()
    may = allows(person, "host.edit", host)
    page = reverse("hosts:page", args=[host.pk])
    words = (
        _("%(login)s can no longer sign in. Have its key signed again.")
        if over
        else _("%(login)s can sign in until then. Have its key signed again.")
    )
    return Item(
        kind="certificate",
        tone="bad" if over else "warn",
        icon="file-badge",
        text=text,
        detail=words % {"login": login},
        since=until,
        url=page,
        action=_("Renew it") if may else _("Show"),
        action_url=reverse("hosts:edit", args=[host.pk]) if may else page,
    )


def _first_to_end(status: HostStatus) -> tuple[datetime, Login]:
    dated = [(one.certificate_until, one) for one in status.logins if one.certificate_until]
    return min(dated, key=lambda pair: pair[0])
