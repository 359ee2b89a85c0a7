"""Second factors: who has one, and a log entry for every change.

allauth keeps them. It signals some changes only after its own commit, so the factors are compared instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts import epoch, signin
from accounts.models import User
from audit.shapes import Who

# asked for at sign-in; recovery codes replace these
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# the person is warned when so few recovery codes are left
FEW_CODES = 2
# the key for a passkey's counter in allauth's data
_COUNT = "count"
_WORDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def has_factor(user: User) -> bool:
    """True when `user` needs a second factor to sign in by password."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def codes_left(user: User) -> int | None:
    """How many recovery codes are unused. None without a second factor."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else None


def accept_counter(factor: Authenticator, count: int) -> bool:
    """Store a passkey's signature counter. False where it did not grow: the passkey may be a copy. Most
    passkeys that are synced between devices always send 0.
    """
    with transaction.atomic():
        # the same lock as `logged_changes`, which may save the whole row
        User.objects.select_related(None).select_for_update().get(pk=factor.user_id)
        kept = Authenticator.objects.get(pk=factor.pk)
        last = kept.data.get(_COUNT, kept.wrap().authenticator_data.counter)
        if count <= last and (count or last):
            return False
        if count != last:
            kept.data[_COUNT] = count
            kept.save(update_fields=["data"])
    return True


def factor_label(factor: Authenticator) -> str:
    """The log's words for a factor: `passkey “Laptop”`."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return f"passkey “{str(factor.data.get('name', ''))[:100]}”"
    return str(_WORDS.get(factor.type, factor.type))


@contextmanager
def logged_changes(user: User, who: Who) -> Iterator[None]:
    """The block's changes to the user's factors and their entries, in one transaction."""
    with transaction.atomic():
        # one at a time, or two requests would each log the other's change
        User.objects.select_related(None).select_for_update().get(pk=user.pk)
        before = _factors_of(user)
        yield
        changes = list(_changes(before, _factors_of(user)))
        for change in changes:
            signin.factor_changed(user, who, what=change)
        if changes:
            epoch.raise_epoch()


def _factors_of(user: User) -> dict[int, tuple[str, str]]:
    found = Authenticator.objects.filter(user=user).order_by("pk")
    return {one.pk: (one.type, factor_label(one)) for one in found}


def _changes(
    before: dict[int, tuple[str, str]], after: dict[int, tuple[str, str]]
) -> Iterator[str]:
    gone = [kept for key, kept in before.items() if key not in after]
    for key, (kind, name) in after.items():
        if key in before:
            if before[key][1] != name:
                yield f"{before[key][1]} renamed to {name}"
        elif kind == Authenticator.Type.RECOVERY_CODES and (kind, name) in gone:
            gone.remove((kind, name))
            yield f"{name} renewed"
        else:
            yield f"{name} added"
    yield from (f"{name} removed" for _kind, name in gone)
