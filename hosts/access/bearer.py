"""Whose API token a request bears, the same at each door that takes one."""

from dataclasses import replace

from accounts import token_actions, tokens
from accounts.models import Token
from audit.shapes import Who
from hosts import bells
from hosts.access import limits


def secret_of(header: str) -> str:
    """The token in an Authorization header; "" where there is none."""
    scheme, _blank, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def find_token(secret: str, stranger: Who) -> Token | None:
    """The token in force with this secret. None for an unknown, expired or revoked one: the log alone knows
    which it was. `stranger`: who asks, without a name yet. TooManyRequests.
    """
    limits.may_guess(stranger.address)
    found = tokens.find_by_secret(secret)
    why = "unknown" if found is None else tokens.why_dead(found)
    if found is None or why:
        limits.guessed(stranger.address)
        token_actions.note_refusal(stranger, found, why)
        return None
    return found


def who_of(token: Token, stranger: Who) -> Who:
    """The audit log's words for whoever holds the token or key."""
    user = token.user
    return replace(stranger, name=str(user), user_id=user.pk, token=str(token))


def note_use(token: Token, who: Who) -> None:
    """Note that it was used, for its row in lists."""
    if token_actions.note_use(token, who):
        bells.ring("tokens")
