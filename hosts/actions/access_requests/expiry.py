"""Chores that delete ended grants and old requests.

A grant gives nothing from its last second on. The chore deletes its row and logs it, so it does not come
back when a clock is set back.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.epoch import raise_epoch
from audit import write
from audit.shapes import Who
from hosts import bells
from hosts.actions.access.grants import target_of_grant
from hosts.actions.access_requests.ask_access import params_of, target_of_request
from hosts.models import AccessRequest, Grant
from hosts.verbs.requests import EXPIRED, GRANT_ENDED

HAULOUT = Who(name="Haulout", door="worker")
# when an open request expires
UNDECIDED = timedelta(days=7)
MOST = 200


def end_grants() -> int:
    """Delete the grants that have ended. Returns how many."""
    ended = Grant.objects.filter(until__lte=timezone.now())
    if not ended.exists():
        return 0
    with transaction.atomic():
        locked = Grant.objects.select_for_update(of=("self",))
        grants = list(
            locked.filter(until__lte=timezone.now())
            .select_related("role", "user", "team", "group", "host", "endpoint__host")
            .order_by("pk")[:MOST]
        )
        entries = [(target_of_grant(grant), _log_params(grant)) for grant in grants]
        Grant.objects.filter(pk__in=[grant.pk for grant in grants]).delete()
        raise_epoch()
        for target, params in entries:
            write.event(HAULOUT, GRANT_ENDED, target, params=params)
        bells.ring("access", "audit")
    return len(grants)


def expire_requests() -> int:
    """End the requests that waited too long. Returns how many."""
    old = AccessRequest.objects.filter(
        state=AccessRequest.State.ASKED, asked_at__lt=timezone.now() - UNDECIDED
    )
    if not old.exists():
        return 0
    with transaction.atomic():
        found = old.select_for_update(of=("self",)).select_related(
            "role", "group", "host", "endpoint__host"
        )
        requests = list(found.order_by("pk")[:MOST])
        for request in requests:
            request.state = AccessRequest.State.EXPIRED
            request.save(update_fields=["state"])
        for request in requests:
            write.event(HAULOUT, EXPIRED, target_of_request(request), params=params_of(request))
        if requests:
            bells.ring("access", "audit")
    return len(requests)


def _log_params(grant: Grant) -> dict[str, object]:
    return {
        "who": str(grant.user or grant.team),
        "role": grant.role.name,
        "until": grant.until.isoformat() if grant.until else "",
        "reason": grant.reason,
    }
