"""host.mute: for a time the host causes no alerts. It ends by itself or earlier."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from audit import write
from hosts import bells
from hosts.access import NotVisible, Person, get_host
from hosts.actions.hosts.register_host import target_of_host
from hosts.models import HostMute
from hosts.refusals import FieldRefusal

VERB, END = "host.mute", "host.unmute"
LONGEST = timedelta(days=14)


def mute(person: Person, host_id: int, *, minutes: int, reason: str) -> HostMute:
    """Mute for so many minutes from now. Again: another end. NotVisible, Denied, FieldRefusal."""
    host = get_host(person, host_id, VERB)
    span = timedelta(minutes=minutes)
    if not timedelta(0) < span <= LONGEST:
        raise FieldRefusal("minutes", _("Two weeks at most."))
    if not reason.strip():
        raise FieldRefusal("reason", _("Give a reason: everybody who looks at the host sees it."))
    mute = {
        "until": timezone.now() + span,
        "reason": reason.strip()[:300],
        "muted_by_id": person.user.pk,
        "muted_by_name": person.who.name,
    }
    with transaction.atomic():
        row, _new = HostMute.objects.update_or_create(host=host, defaults=mute)
        raise_epoch()
        params = {"until": row.until.isoformat(), "reason": row.reason}
        write.event(person.who, VERB, target_of_host(host), params=params)
        bells.ring("hosts", "containers", "access", "audit")
    return row


def unmute(person: Person, host_id: int) -> None:
    """End it early. NotVisible (also when it is not muted), Denied."""
    host = get_host(person, host_id, VERB)
    with transaction.atomic():
        if not current_mutes().filter(host=host).delete()[0]:
            raise NotVisible
        raise_epoch()
        write.event(person.who, END, target_of_host(host))
        bells.ring("hosts", "containers", "access", "audit")


def current_mutes() -> QuerySet[HostMute]:
    """Mutes that apply now, by the database's clock."""
    return HostMute.objects.filter(until__gt=Now())


def end_mutes() -> int:
    """A chore: delete ended mutes, so that open lists are updated. Returns how many."""
    ended = HostMute.objects.filter(until__lte=Now())
    if not ended.exists():
        return 0
    with transaction.atomic():
        count = ended.delete()[0]
        bells.ring("hosts", "containers")
    return count
