"""The access epoch: a number that grows with every change of rights; open views then look again.

Whoever waits for changes (`tell`) hears of each, also of ended sessions, which change no rights.
"""

from collections.abc import Callable

from django.db.models import F

from accounts.models import AccessEpoch

_ROW = 1
_told: list[Callable[[], None]] = []


def tell(rings: Callable[[], None]) -> None:
    """Have `rings` called with each change, in its transaction."""
    _told.append(rings)


def current() -> int:
    """The number now; 0 before the first change. One read by primary key."""
    return AccessEpoch.objects.filter(pk=_ROW).values_list("number", flat=True).first() or 0


def raise_epoch() -> None:
    """Count one change of rights. Call it inside the transaction that makes the change."""
    if not AccessEpoch.objects.filter(pk=_ROW).update(number=F("number") + 1):
        AccessEpoch.objects.get_or_create(pk=_ROW, defaults={"number": 0})
        AccessEpoch.objects.filter(pk=_ROW).update(number=F("number") + 1)
    changed()


def changed() -> None:
    """Have open views look again at once. Call it inside the transaction that makes the change."""
    for rings in _told:
        rings()
