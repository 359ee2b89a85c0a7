"""Keys by which a program says that two requests are one (Idempotency-Key). Kept a day."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Repeat, Token

KEPT = timedelta(days=1)


def begin(token: Token, key: str, digest: str) -> tuple[Repeat, bool]:
    """(the row, True for the first request with this key). Call `end` or `forget` for the first."""
    Repeat.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return Repeat.objects.create(token=token, key=key, digest=digest), True
    except IntegrityError:
        return Repeat.objects.get(token=token, key=key), False


def end(repeat: Repeat, status: int, answer: dict[str, Any]) -> None:
    """It was done: whoever repeats it gets this."""
    repeat.status, repeat.answer = status, answer
    repeat.save(update_fields=["status", "answer"])


def forget(repeat: Repeat) -> None:
    """It was not done: the same key may be tried again."""
    repeat.delete()
