"""Second factors: who has one, and that each change of them stands in the log or did not happen.

allauth keeps them; it tells of some changes after its own commit, so we compare instead of listening.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts import epoch, signin
from accounts.models import User
from audit.shapes import Who

# what is asked for at sign-in; recovery codes only stand in for these
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# with so few recovery codes left a person is told
FEW_CODES = 2
# of a passkey, beside what allauth keeps of it
_COUNT = "count"
_WORDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def has_factor(user: User) -> bool:
    """True when signing in by password asks `user` for something else too."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def codes_left(user: User) -> int | None:
    """How many recovery codes of `user` are unused; None without any second factor."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else None


def counted(factor: Authenticator, count: int) -> bool:
    """Note how often a passkey says that it signed; False where it said as much before: then there may be
    a copy of it. Most that are kept on several devices count nothing and say 0.
    """
    with transaction.atomic():
        # with `written`, which may save the whole row
        User.objects.select_related(None).select_for_update().get(pk=factor.user_id)
        kept = Authenticator.objects.get(pk=factor.pk)
        last = kept.data.get(_COUNT, kept.wrap().authenticator_data.counter)
        if count <= last and (count or last):
            return False
        if count != last:
            kept.data[_COUNT] = count
            kept.save(update_fields=["data"])
    return True


def named(factor: Authenticator) -> str:
    """The log's words for a factor: `passkey “Laptop”`."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return f"passkey “{str(factor.data.get('name', ''))[:100]}”"
    return str(_WORDS.get(factor.type, factor.type))


@contextmanager
def written(user: User, who: Who) -> Iterator[None]:
    """Whatever the block changes about the second factors of `user`, with its entries: all or nothing."""
    with transaction.atomic():
        # one at a time, or two would each take the other's change for their own
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
    return {one.pk: (one.type, named(one)) for one in found}


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
