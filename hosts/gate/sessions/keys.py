"""SSH keys at the gate: registered, and whether one opens it now."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import ssh_keys, token_actions, tokens
from accounts.models import Token, User
from accounts.token_actions import TokenOptions
from audit.shapes import Who
from hosts.access.second_factor import factor_required, lacks_factor

NEEDS_VERIFYING = "their role asks for a second factor: only a security key that verifies its user"


def needs_verifying(user: User) -> bool:
    """True of people with a role that asks for a second factor: of their keys only those in a security
    key are taken, and a PIN or finger with each use.
    """
    return factor_required([user.pk]).exists()


def register(by: User, who: Who, options: TokenOptions, *, user: User, text: str) -> Token:
    """As token_actions.add_key; also refuses what the owner's role does not take. ValidationError,
    NotPermitted.
    """
    if needs_verifying(user) and not ssh_keys.is_security_key(text.strip()):
        words = _(
            "The role requires a second factor, so only keys on a security key that asks for a "
            "PIN are accepted: `ssh-keygen -t ed25519-sk -O verify-required`."
        )
        raise ValidationError({"public_key": [words]})
    return token_actions.add_key(by, who, options, user=user, text=text)


def why_not(key: Token) -> str:
    """Why it (or a token) does not open the gate now, for the log alone. Empty where it does, be it only
    once a security key has verified its user.
    """
    return judge(key)[0]


def judge(key: Token) -> tuple[str, bool]:
    """(as `why_not`, whether its user has to be verified). Asks the database."""
    if dead := tokens.why_dead(key):
        return dead, False
    if not needs_verifying(key.user):
        return "", False
    if lacks_factor(key.user):
        return "its owner has to set up a second factor first", True
    safe = not key.is_key or ssh_keys.is_security_key(key.public_key)
    return "" if safe else NEEDS_VERIFYING, True
