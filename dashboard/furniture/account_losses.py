"""What ends when a person is disabled, their sessions ended or their second factor taken, in words."""

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import invitations
from accounts.factors import codes_left
from accounts.models import Token, User
from accounts.sessions import sessions_of
from accounts.tokens import in_force
from audit.models import Entry
from hosts.models import Job, OpenTerminal, OpenTransfer

_NAMED = 5


def with_the_person(user: User) -> list[str]:
    """All that is open or waits in their name. Only how many: where, the reader may not see."""
    return [*with_sessions(user), *_tokens(user), *_links(user), *_jobs(user)]


def with_sessions(user: User) -> list[str]:
    """Where they are signed in, with the terminals and transfers that are open."""
    sessions = sum(1 for _one in sessions_of(user))
    terminals = set(OpenTerminal.objects.filter(owner=user).values_list("intent", flat=True))
    under_way = OpenTransfer.objects.filter(lost_at=None).values("intent")
    moving = Entry.objects.filter(pk__in=under_way, who_id=user.pk)
    transfers = moving.exclude(pk__in=terminals).count()
    return _several(
        (
            sessions,
            ngettext(
                "%(n)d session, and the lists and logs open in it",
                "%(n)d sessions, and the lists and logs open in them",
                sessions,
            ),
        ),
        (
            len(terminals),
            ngettext(
                "%(n)d terminal, and what runs in it",
                "%(n)d terminals, and what runs in them",
                len(terminals),
            ),
        ),
        (
            transfers,
            ngettext("%(n)d upload or download", "%(n)d uploads or downloads", transfers),
        ),
    )


def with_the_factor(user: User) -> list[str]:
    """The passkeys, app and recovery codes that stop working."""
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    passkeys = kinds.count(Authenticator.Type.WEBAUTHN)
    codes = codes_left(user) or 0
    app = [_("the authenticator app")] if Authenticator.Type.TOTP in kinds else []
    return [
        *_several((passkeys, ngettext("%(n)d passkey", "%(n)d passkeys", passkeys))),
        *app,
        *_several((codes, ngettext("%(n)d recovery code", "%(n)d recovery codes", codes))),
    ]


def _jobs(user: User) -> list[str]:
    asked = Job.objects.filter(asked_by=user)
    waiting = asked.filter(state__in=Job.NOT_BEGUN).count()
    running = asked.filter(state=Job.State.RUNNING).count()
    return _several(
        (
            waiting,
            ngettext(
                "%(n)d waiting job, before it begins",
                "%(n)d waiting jobs, before they begin",
                waiting,
            ),
        ),
        (
            running,
            ngettext(
                "but %(n)d running job continues to its end",
                "but %(n)d running jobs continue to their end",
                running,
            ),
        ),
    )


def _tokens(user: User) -> list[str]:
    live = Token.objects.filter(in_force(), user=user).order_by("name")
    names = list(live.values_list("name", flat=True))
    if not names:
        return []
    told = {"n": len(names), "names": ", ".join(names[:_NAMED])}
    if len(names) > _NAMED:
        return [_("%(n)d tokens and keys: %(names)s and others") % told]
    words = ngettext(
        "%(n)d token or key: %(names)s", "%(n)d tokens and keys: %(names)s", len(names)
    )
    return [words % told]


def _links(user: User) -> list[str]:
    open_links = invitations.live().filter(user=user).count()
    return [_("the link for a new password")] if open_links else []


def _several(*counted: tuple[int, str]) -> list[str]:
    return [words % {"n": count} for count, words in counted if count]
