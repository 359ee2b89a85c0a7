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
    return still(person_of(request), request.token)  # type: ignore[attr-defined]


def still(person: Person, token: Token) -> Person:
    """The same of a person who came by this token."""
    found = Token.objects.select_related("user__role", "role").filter(pk=token.pk).first()
    if found is None or tokens.why_dead(found) or lacks_factor(found.user):
        raise AuthenticationError
    return replace(person, user=found.user, scope=scope_of(found))
