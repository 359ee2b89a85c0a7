"""Idempotency keys: a program says with them that two requests are one. Kept for a day."""

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
    """The request was done: a repeated one gets this answer."""
    repeat.status, repeat.answer = status, answer
    repeat.save(update_fields=["status", "answer"])


def forget(repeat: Repeat) -> None:
    """The request was not done: its key may be tried again."""
    repeat.delete()
