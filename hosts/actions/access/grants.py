"""access.edit for grants: give, take, or change the end. It takes effect at once.

Nobody gives or takes more than they hold everywhere, or touches grants of people who hold more. Only the
end and the reason of a grant can change. Another place or role is another grant.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import grant_source
from accounts.epoch import raise_epoch
from accounts.models import Team, User
from audit import params, write
from audit.shapes import Target
from hosts import bells
from hosts.access import Denied, NotVisible, Person, require
from hosts.access.grant_rows import role_verbs
from hosts.actions.access.grant_options import GrantOptions, check_options
from hosts.models import Grant
from hosts.refusals import FieldRefusal

MAY = "access.edit"
VERB = "access.grant"
params.allow(VERB, "given", "taken", "names", "team")
LONGEST_REASON = 300


def give(person: Person, options: GrantOptions) -> Grant:
    """Create a grant. FieldRefusal names the field, Denied."""
    require(person, MAY, _target(options))
    options = check_options(options)
    require_within(person, _target(options), options.role_verbs, options.user)
    return write_grant(person, options)


def write_grant(person: Person, options: GrantOptions) -> Grant:
    """Write the row and its entry. The caller has authorised it and called `checked`."""
    with transaction.atomic():
        grant = Grant.objects.create(
            **options.fields,
            until=options.until,
            reason=options.reason,
            made_by=person.who.name[:200],
        )
        _log(person, target_of_grant(grant), {"given": True, **log_params(grant)})
    return grant


def revoke(person: Person, grant_id: int) -> str:
    """Delete the grant. Returns whose it was. NotVisible, Denied."""
    grant = get_grant(person, grant_id)
    with transaction.atomic():
        target = target_of_grant(grant)
        params = {"taken": True, **log_params(grant)}
        grant.delete()
        _log(person, target, params)
    return str(grant.user or grant.team)


def change(person: Person, grant_id: int, *, until: datetime | None, reason: str) -> Grant:
    """Change the end or the reason. FieldRefusal, NotVisible, Denied."""
    grant = get_grant(person, grant_id)
    if until != grant.until:
        _in_future(until)
    before = {"until": _stamp(grant.until), "reason": grant.reason}
    after = {"until": _stamp(until), "reason": reason.strip()[:LONGEST_REASON]}
    if before == after:
        return grant
    with transaction.atomic():
        grant.until, grant.reason = until, after["reason"] or ""
        grant.save(update_fields=["until", "reason"])
        _log(person, target_of_grant(grant), {"before": before, "after": after})
    return grant


def get_grant(person: Person, grant_id: int) -> Grant:
    """The grant, if this person may take it. NotVisible, Denied."""
    require(person, MAY, Target(kind="grant", id=str(grant_id)))
    grant = with_names(Grant.objects.filter(pk=grant_id)).first()
    if grant is None:
        raise NotVisible
    require_within(person, target_of_grant(grant), role_verbs(grant.role), grant.user)
    return grant


def with_names(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """The grants with all rows that their words need."""
    return grants.select_related("role", "team", "user", "group", "host", "endpoint__host")


def log_params(grant: Grant) -> dict[str, object]:
    """What the log keeps of it."""
    params: dict[str, object] = {
        "team": grant.team.name if grant.team else None,
        "user": str(grant.user) if grant.user else None,
        "role": grant.role.name,
        "group": grant.group.name if grant.group else None,
        "host": grant.host.name if grant.host else None,
        "endpoint": str(grant.endpoint) if grant.endpoint else None,
        "label": grant.label,
        "names": grant.names,
        "until": _stamp(grant.until),
        "reason": grant.reason,
    }
    return {name: value for name, value in params.items() if value}


def target_of_grant(grant: Grant) -> Target:
    """The audit target, with the grant's host, so that readers of that host's entries see it."""
    holder: User | Team | None = grant.user or grant.team
    host = grant.endpoint.host if grant.endpoint else grant.host
    return Target(
        kind="grant",
        id=str(grant.pk or ""),
        name=f"{grant.role.name} to {holder}",
        host_id=host.pk if host else None,
        host_name=host.name if host else "",
        endpoint_id=grant.endpoint_id,
        endpoint_name=str(grant.endpoint) if grant.endpoint else "",
    )


def _target(options: GrantOptions) -> Target:
    return Target(kind="grant", name=f"{options.role.name} to {options.user or options.team or ''}")


def require_within(
    person: Person, target: Target, gives: frozenset[str], over: User | None = None
) -> None:
    """Denied, with its entry, unless the person holds all of this everywhere."""
    measure = grant_source.verbs_everywhere(person.user)
    if not gives <= measure:
        reason = "the role permits more than they hold everywhere"
    elif over is not None and not grant_source.verbs_anywhere(over) <= measure:
        reason = f"{over} holds more than they do"
    else:
        return
    write.refusal(person.who, MAY, target, reason=reason)
    raise Denied(MAY)


def _in_future(until: datetime | None) -> None:
    if until is not None and until <= timezone.now():
        raise FieldRefusal("until", _("That time is already over: choose a later one."))


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _log(person: Person, target: Target, params: dict[str, object]) -> None:
    raise_epoch()
    write.event(person.who, VERB, target, params=params)
    bells.ring("access", "audit")
