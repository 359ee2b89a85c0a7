"""Two requests that take one name at the same moment: both found it free, and one must be refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


@contextmanager
def refuse_taken(taken: Exception) -> Iterator[None]:
    """A transaction that raises `taken` where the database has that name by now."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as exc:
        raise taken from exc
