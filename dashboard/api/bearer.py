"""From the Authorization header to the Person that actions and access know."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from accounts.addresses import addresses
from accounts.models import Token
from audit.shapes import Who
from dashboard.api.problems import Problem
from dashboard.signed_in import mark_signed_in
from hosts.access import Person, bearer, limits
from hosts.access.second_factor import lacks_factor
from hosts.access.token_scope import scope_of

DOOR = "api"
# why, where what is asked for needs an approval
REASON = "Haulout-Reason"


class Bearer(HttpBearer):
    """Unknown, expired and revoked tokens get the same answer."""

    def __call__(self, request: HttpRequest) -> Any:
        """The Person, or None for 401. TooMany."""
        if admitted := getattr(request, "admitted", None):
            # a request of ours, for a program that another door has let in (dashboard.mcp)
            return admitted
        secret = bearer.secret_of(request.headers.get("Authorization", ""))
        return self.authenticate(request, secret) if secret else None

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """As __call__; `token` is what came."""
        stranger = stranger_at(
            request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        )
        found = bearer.find_token(token, stranger)
        if found is None:
            return None
        quota = limits.use(found.pk)
        request.quota = quota  # type: ignore[attr-defined]
        quota.require()
        person = person_with(found, stranger)
        mark_signed_in(getattr(request, "scope", {}))
        request.token = found  # type: ignore[attr-defined]
        reason = request.headers.get(REASON, "").strip()[:300]
        return replace(person, reason=reason)


def stranger_at(peer: str, forwarded: str) -> Who:
    """Whoever asks, as long as it is not known who. `forwarded`: X-Forwarded-For as it came."""
    address, header = addresses(peer, forwarded)
    return Who(name="", address=address, forwarded_for=header, door=DOOR)


def person_with(found: Token, stranger: Who) -> Person:
    """The token's owner within its scope; that it was used is written down. Problem without their
    second factor.
    """
    if lacks_factor(found.user):
        words = _("Your role requires a second factor: set it up in the browser first.")
        raise Problem(403, "second-factor", words)
    who = bearer.who_of(found, stranger)
    bearer.note_use(found, who)
    return Person(found.user, who, scope_of(found))


def person_of(request: HttpRequest) -> Person:
    """Whoever asks, once Bearer has let them in."""
    person = request.auth  # type: ignore[attr-defined]
    assert isinstance(person, Person)
    return person
