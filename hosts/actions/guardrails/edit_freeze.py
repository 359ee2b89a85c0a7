"""freeze.edit: times in which nothing may be changed. A change applies at once, also to waiting jobs."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from accounts.unique_names import refuse_taken
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
class FreezeOptions:
    """A freeze window. Weekly with `days`, else once. Without groups: every host."""

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


def make(person: Person, options: FreezeOptions) -> FreezeWindow:
    """Create a window. FieldRefusal names the field, Denied."""
    require(person, VERB, _target(FreezeWindow(name=options.name)))
    with transaction.atomic():
        row = FreezeWindow()
        _write(row, options)
        _log(person, row, {"made": True, **log_params(row)})
    return row


def edit(person: Person, freeze_id: int, options: FreezeOptions) -> FreezeWindow:
    """Change a window. FieldRefusal, NotVisible, Denied."""
    row = get_freeze(person, freeze_id)
    with transaction.atomic():
        before = log_params(row)
        _write(row, options)
        after = log_params(row)
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        if changes:
            _log(person, row, {"changes": changes})
    return row


def remove(person: Person, freeze_id: int) -> str:
    """Delete a window. Returns its name. NotVisible, Denied."""
    row = get_freeze(person, freeze_id)
    with transaction.atomic():
        params, target = {"removed": True, **log_params(row)}, _target(row)
        row.delete()
        raise_epoch()
        write.event(person.who, VERB, target, params=params)
        bells.ring("hosts", "freezes", "audit")
    return target.name


def get_freeze(person: Person, freeze_id: int, *, verb: str = VERB) -> FreezeWindow:
    """The window, if the person may edit it. NotVisible, Denied."""
    require(person, verb, Target(kind="freeze", id=str(freeze_id), name=""))
    row = FreezeWindow.objects.filter(pk=freeze_id).first()
    if row is None:
        raise NotVisible
    return row


def _write(row: FreezeWindow, options: FreezeOptions) -> None:
    name = options.name.strip()
    if not name or len(name) > 80:
        raise FieldRefusal("name", _("Give it a name of at most %d characters.") % 80)
    name_taken = FieldRefusal("name", _("There is already a freeze window with this name."))
    if FreezeWindow.objects.filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise name_taken
    if options.severity not in FreezeWindow.Severity.values:
        raise FieldRefusal("severity", _("Choose refuse or ask."))
    if options.zone not in available_timezones():
        raise FieldRefusal("zone", _("There is no time zone %s.") % options.zone[:60])
    strange = [verb for verb in options.verbs if lock_of(verb) in (None, Lock.PASSES)]
    if strange:
        raise FieldRefusal("verbs", _("These verbs change nothing: %s.") % strange[0][:60])
    _check_times(options)
    row.name, row.words, row.severity = name, options.words.strip()[:300], options.severity
    row.verbs, row.zone, row.days = sorted(options.verbs), options.zone, sorted(set(options.days))
    weekly = bool(options.days)
    row.from_time = options.from_time if weekly else None
    row.until_time = options.until_time if weekly else None
    row.starts_at = None if weekly else options.starts_at
    row.ends_at = None if weekly else options.ends_at
    row.enabled, row.everywhere = options.enabled, not options.groups
    with refuse_taken(name_taken):
        row.save()
    row.groups.set(options.groups)


def _check_times(options: FreezeOptions) -> None:
    if options.days:
        if any(day not in DAYS for day in options.days):
            raise FieldRefusal("days", _("A week has seven days."))
        if options.from_time is None or options.until_time is None:
            raise FieldRefusal("from_time", _("Give a start and an end time."))
    elif options.starts_at is None or options.ends_at is None:
        raise FieldRefusal("starts_at", _("Choose days of the week, or a start and an end."))
    elif options.ends_at <= options.starts_at:
        raise FieldRefusal("ends_at", _("The end is before the start."))


def log_params(row: FreezeWindow) -> dict[str, Any]:
    """What the log keeps of it."""
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


def _log(person: Person, row: FreezeWindow, params: dict[str, Any]) -> None:
    raise_epoch()
    write.event(person.who, VERB, _target(row), params=params)
    bells.ring("hosts", "freezes", "audit")
