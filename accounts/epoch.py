"""The access epoch: a number that grows with every change of rights. Open views then check again.

Listeners (`on_change`) also hear of ended sessions, which change no rights.
"""

from collections.abc import Callable

from django.db.models import F

from accounts.models import AccessEpoch

_ROW = 1
_told: list[Callable[[], None]] = []


def on_change(rings: Callable[[], None]) -> None:
    """Call `rings` with each change, inside its transaction."""
    _told.append(rings)


def current() -> int:
    """The number now, 0 before the first change. One read by primary key."""
    return AccessEpoch.objects.filter(pk=_ROW).values_list("number", flat=True).first() or 0


def raise_epoch() -> None:
    """Count a change of rights. Call it inside the transaction of the change."""
    if not AccessEpoch.objects.filter(pk=_ROW).update(number=F("number") + 1):
        AccessEpoch.objects.get_or_create(pk=_ROW, defaults={"number": 0})
        AccessEpoch.objects.filter(pk=_ROW).update(number=F("number") + 1)
    announce_change()


def announce_change() -> None:
    """Make open views check again. Call it inside the transaction of the change."""
    for rings in _told:
        rings()
