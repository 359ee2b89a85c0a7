"""Somebody as a request brings them in: read from the database anew."""

from typing import Any

from accounts.models import User
from audit.shapes import Who
from hosts.access import Person


def person_of(user: Any) -> Any:
    """A Person of the row as it is now, with nothing kept from before."""
    found = User.objects.get(pk=user.pk)
    return Person(found, Who(name=str(found), user_id=found.pk, door="page"))
