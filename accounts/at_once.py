"""Two who take one name in the same moment: both looked and found it free, one is told otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


@contextmanager
def unless_taken(taken: Exception) -> Iterator[None]:
    """A transaction; where the database holds that name by now, `taken` is raised and nothing done."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as exc:
        raise taken from exc
