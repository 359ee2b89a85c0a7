"""The access epoch: a number that grows with every change of rights; open views then look again."""

from django.db.models import F

from accounts.models import AccessEpoch

_ROW = 1


def current() -> int:
    """The number now; 0 before the first change. One read by primary key."""
    return AccessEpoch.objects.filter(pk=_ROW).values_list("number", flat=True).first() or 0


def raise_epoch() -> None:
    """Count one change of rights. Call it inside the transaction that makes the change."""
    if not AccessEpoch.objects.filter(pk=_ROW).update(number=F("number") + 1):
        AccessEpoch.objects.get_or_create(pk=_ROW, defaults={"number": 0})
        AccessEpoch.objects.filter(pk=_ROW).update(number=F("number") + 1)
