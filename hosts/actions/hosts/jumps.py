"""host.edit for jump hosts: the login through which a host is reached."""

from django.db import transaction
from django.utils.translation import gettext as _

from hosts.access import Person, get_host, visible_hosts
from hosts.actions.hosts.edit_host import EDIT, log_change, reconnect
from hosts.actions.hosts.edit_logins import get_login
from hosts.link.jump import MOST_JUMPS
from hosts.models import Host, Login
from hosts.refusals import FieldRefusal


def choices(person: Person, *, but: Host | None = None) -> list[Login]:
    """Logins through which a host can be reached: not its own, and none behind it."""
    logins = Login.objects.filter(host__kind=Host.Kind.SSH, host__in=visible_hosts(person))
    found = []
    for login in logins.select_related("host", "via__via__via"):
        hops = _hops(login)
        same = but is not None and any(_same_machine(hop.host, but) for hop in hops)
        if len(hops) <= MOST_JUMPS and not same:
            found.append(login)
    return found


def via_of(host: Host) -> int | None:
    """The login of the jump host through which a host is reached."""
    first = host.logins.first()
    return first.via_id if first else None


def check_jump(person: Person, via: int | None, *, host: Host | None = None) -> Login | None:
    """The jump login, if it can be one for this host. FieldRefusal("via", …), Denied."""
    if via is None:
        return None
    seen = Login.objects.filter(host__in=visible_hosts(person))
    jump = seen.select_related("host").filter(pk=via).first()
    if jump is None or jump.host.kind != Host.Kind.SSH:
        raise FieldRefusal("via", _("This login cannot be a jump host."))
    get_host(person, jump.host_id, EDIT)
    hops = _hops(jump)
    if host is not None and any(_same_machine(hop.host, host) for hop in hops):
        raise FieldRefusal(
            "via",
            _("%(jump)s itself uses %(host)s as a jump host: that would be a loop.")
            % {"jump": jump, "host": host}
            if not _same_machine(jump.host, host)
            else _("A host cannot be its own jump host."),
        )
    if len(hops) > MOST_JUMPS:
        raise FieldRefusal(
            "via",
            _("At most %(most)d jump hosts in a row; %(jump)s has %(before)d before it.")
            % {"most": MOST_JUMPS, "jump": jump, "before": len(hops) - 1},
        )
    return jump


def set_jump(person: Person, login_id: int, via: int | None) -> Login:
    """Connect a login through another one, or directly again. FieldRefusal("via", …), Denied."""
    login = get_login(person, login_id, EDIT)
    jump = check_jump(person, via, host=login.host)
    if login.via_id == (jump.pk if jump else None):
        return login
    depth = 1 + (len(_hops(jump)) if jump else 0) + _deepest_behind([login])
    if depth > MOST_JUMPS + 1:
        raise FieldRefusal(
            "via",
            _("Hosts behind %(login)s would have more than %(most)d jump hosts in a row.")
            % {"login": login, "most": MOST_JUMPS},
        )
    with transaction.atomic():
        before, login.via = str(login.via) if login.via else "", jump
        login.save()
        reconnect(Login.objects.filter(pk=login.pk))
        change = [before, str(jump) if jump else ""]
        log_change(person, EDIT, login.host, {"login": login.user, "via": change})
    return login


def _hops(jump: Login) -> list[Login]:
    """The jump and the ones before it. Stops at a loop."""
    hops: list[Login] = []
    step: Login | None = jump
    while step is not None and step not in hops:
        hops.append(step)
        step = step.via
    return hops


def _deepest_behind(logins: list[Login], *, at: int = 0) -> int:
    behind = list(Login.objects.filter(via__in=logins))
    return at if not behind or at > MOST_JUMPS else _deepest_behind(behind, at=at + 1)


def _same_machine(one: Host, other: Host) -> bool:
    return one.pk == other.pk or (bool(one.fingerprint) and one.fingerprint == other.fingerprint)
