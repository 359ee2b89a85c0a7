"""From the Authorization header to the Person that actions and access know."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from accounts import token_actions, tokens
from audit.shapes import Who
from dashboard.api import limits
from dashboard.api.problems import Problem
from dashboard.person import addresses
from dashboard.signed_in import mark_signed_in
from hosts import bells
from hosts.access import Person
from hosts.access.second_factor import lacks_factor
from hosts.access.token_scope import scope_of

DOOR = "api"
# why, where what is asked for needs an approval
REASON = "Haulout-Reason"


class Bearer(HttpBearer):
    """Unknown, expired and revoked tokens get the same answer; the log alone knows which it was."""

    def __call__(self, request: HttpRequest) -> Any:
        """The Person, or None for 401. TooMany."""
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """As __call__; `token` is what came."""
        address, forwarded = addresses(
            request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        )
        stranger = Who(name="", address=address, forwarded_for=forwarded, door=DOOR)
        limits.may_guess(address)
        found = tokens.find_by_secret(token)
        why = "unknown" if found is None else tokens.why_dead(found)
        if found is None or why:
            limits.guessed(address)
            token_actions.note_refusal(stranger, found, why)
            return None
        limits.use(found.pk)
        user = found.user
        if lacks_factor(user):
            words = _("Your role requires a second factor: set it up in the browser first.")
            raise Problem(403, "second-factor", words)
        who = Who(
            name=str(user),
            user_id=user.pk,
            token=str(found),
            address=address,
            forwarded_for=forwarded,
            door=DOOR,
        )
        if token_actions.note_use(found, who):
            bells.ring("tokens")
        mark_signed_in(getattr(request, "scope", {}))
        request.token = found  # type: ignore[attr-defined]
        reason = request.headers.get(REASON, "").strip()[:300]
        return Person(user, who, scope_of(found), reason=reason)


def person_of(request: HttpRequest) -> Person:
    """Whoever asks, once Bearer has let them in."""
    person = request.auth  # type: ignore[attr-defined]
    assert isinstance(person, Person)
    return person
