"""For long requests: checks again that the token and the rights are in force."""

from dataclasses import replace

from django.http import HttpRequest
from ninja.errors import AuthenticationError

from accounts import tokens
from accounts.models import Token
from dashboard.api.bearer import person_of
from hosts.access import Person
from hosts.access.second_factor import lacks_factor
from hosts.access.token_scope import scope_of


def person_now(request: HttpRequest) -> Person:
    """The Person behind a request, read from the database now: an older Person keeps old rights.
    AuthenticationError where the token would not be let in any more.
    """
    token = Token.objects.select_related("user__role", "role").filter(
        pk=request.token.pk  # type: ignore[attr-defined]
    )
    found = token.first()
    if found is None or tokens.why_dead(found) or lacks_factor(found.user):
        raise AuthenticationError
    return replace(person_of(request), user=found.user, scope=scope_of(found))
