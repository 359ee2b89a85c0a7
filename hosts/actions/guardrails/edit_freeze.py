"""freeze.edit: times in which nothing is changed. A change counts at once, also for waiting jobs."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.at_once import unless_taken
from accounts.epoch import raise_epoch
from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import NotVisible, Person, require
from hosts.cards import Lock, lock_of
from hosts.models import FreezeWindow, Group
from hosts.refusals import FieldRefusal

VERB = "freeze.edit"
DAYS = range(7)


@dataclass(frozen=True)
class Wanted:
    """A window as somebody wants it. With `days` weekly, without them once. No groups: every host."""

    name: str
    words: str = ""
    severity: str = FreezeWindow.Severity.REFUSE.value
    groups: tuple[Group, ...] = ()
    verbs: tuple[str, ...] = ()
    zone: str = "UTC"
    days: tuple[int, ...] = ()
    from_time: time | None = None
    until_time: time | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    enabled: bool = True


def make(person: Person, wanted: Wanted) -> FreezeWindow:
    """A new window. FieldRefusal (with the field to change), Denied."""
    require(person, VERB, _target(FreezeWindow(name=wanted.name)))
    with transaction.atomic():
        row = FreezeWindow()
        _write(row, wanted)
        _told(person, row, {"made": True, **shown(row)})
    return row


def edit(person: Person, freeze_id: int, wanted: Wanted) -> FreezeWindow:
    """Change it. FieldRefusal, NotVisible, Denied."""
    row = get_freeze(person, freeze_id)
    with transaction.atomic():
        before = shown(row)
        _write(row, wanted)
        after = shown(row)
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        if changes:
            _told(person, row, {"changes": changes})
    return row


def remove(person: Person, freeze_id: int) -> str:
    """It counts no longer; returns its name. NotVisible, Denied."""
    row = get_freeze(person, freeze_id)
    with transaction.atomic():
        told, target = {"removed": True, **shown(row)}, _target(row)
        row.delete()
        raise_epoch()
        write.event(person.who, VERB, target, params=told)
        bells.ring("hosts", "freezes", "audit")
    return target.name


def get_freeze(person: Person, freeze_id: int, *, verb: str = VERB) -> FreezeWindow:
    """The window, for somebody who may edit it. NotVisible, Denied."""
    require(person, verb, Target(kind="freeze", id=str(freeze_id), name=""))
    row = FreezeWindow.objects.filter(pk=freeze_id).first()
    if row is None:
        raise NotVisible
    return row


def _write(row: FreezeWindow, wanted: Wanted) -> None:
    name = wanted.name.strip()
    if not name or len(name) > 80:
        raise FieldRefusal("name", _("Give it a name of at most %d characters.") % 80)
    taken = FieldRefusal("name", _("There is a freeze window of this name already."))
    if FreezeWindow.objects.filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise taken
    if wanted.severity not in FreezeWindow.Severity.values:
        raise FieldRefusal("severity", _("Refuse or ask."))
    if wanted.zone not in available_timezones():
        raise FieldRefusal("zone", _("No such time zone: %s.") % wanted.zone[:60])
    strange = [verb for verb in wanted.verbs if lock_of(verb) in (None, Lock.PASSES)]
    if strange:
        raise FieldRefusal("verbs", _("This changes nothing: %s.") % strange[0][:60])
    _check_times(wanted)
    row.name, row.words, row.severity = name, wanted.words.strip()[:300], wanted.severity
    row.verbs, row.zone, row.days = sorted(wanted.verbs), wanted.zone, sorted(set(wanted.days))
    weekly = bool(wanted.days)
    row.from_time = wanted.from_time if weekly else None
    row.until_time = wanted.until_time if weekly else None
    row.starts_at = None if weekly else wanted.starts_at
    row.ends_at = None if weekly else wanted.ends_at
    row.enabled, row.everywhere = wanted.enabled, not wanted.groups
    with unless_taken(taken):
        row.save()
    row.groups.set(wanted.groups)


def _check_times(wanted: Wanted) -> None:
    if wanted.days:
        if any(day not in DAYS for day in wanted.days):
            raise FieldRefusal("days", _("A week has seven days."))
        if wanted.from_time is None or wanted.until_time is None:
            raise FieldRefusal("from_time", _("Say from when until when."))
    elif wanted.starts_at is None or wanted.ends_at is None:
        raise FieldRefusal("starts_at", _("Choose days of the week, or a beginning and an end."))
    elif wanted.ends_at <= wanted.starts_at:
        raise FieldRefusal("ends_at", _("It ends before it begins."))


def shown(row: FreezeWindow) -> dict[str, Any]:
    """What the log is to hold."""
    if row.days:
        when = f"days {', '.join(map(str, row.days))} {row.from_time}-{row.until_time}"
    else:
        start, end = row.starts_at, row.ends_at
        when = f"{start.isoformat() if start else ''} - {end.isoformat() if end else ''}"
    return {
        "name": row.name,
        "words": row.words,
        "severity": row.severity,
        "everywhere": row.everywhere,
        "groups": sorted(row.groups.values_list("name", flat=True)),
        "verbs": list(row.verbs),
        "zone": row.zone,
        "when": when,
        "enabled": row.enabled,
    }


def _target(row: FreezeWindow) -> Target:
    return Target(kind="freeze", id=str(row.pk or ""), name=row.name)


def _told(person: Person, row: FreezeWindow, params: dict[str, Any]) -> None:
    raise_epoch()
    write.event(person.who, VERB, _target(row), params=params)
    bells.ring("hosts", "freezes", "audit")
