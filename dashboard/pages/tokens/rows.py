"""What a token's row shows: state, purpose, place."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Token
from accounts.tokens import SOON, why_dead
from dashboard.furniture.offer import Question
from dashboard.templatetags.face import ago_words
from hosts.models import Group, Host


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`state`: live, soon (ends within a week), expired, revoked, or off (its owner is disabled)."""

    token: Token
    state: str
    what: str
    where: str

    @property
    def live(self) -> bool:
        """True when the token works."""
        return self.state in ("live", "soon")


def token_rows(tokens: Iterable[Token]) -> list[TokenRow]:
    """Live tokens first, soonest end first. Two queries for names."""
    listed = list(tokens)
    groups = dict(Group.objects.values_list("pk", "name"))
    wanted = {pk for token in listed for pk in token.hosts}
    hosts = dict(Host.objects.filter(pk__in=sorted(wanted)).values_list("pk", "name"))
    found = [TokenRow(one, state_of(one), _what(one), _where(one, groups, hosts)) for one in listed]
    return sorted(found, key=lambda one: (not one.live, one.token.expires_at))


def state_of(token: Token) -> str:
    """The `state` of TokenRow."""
    dead = why_dead(token)
    if dead:
        return dead if dead in ("revoked", "expired") else "off"
    return "soon" if token.expires_at - timezone.now() < SOON else "live"


def _what(token: Token) -> str:
    if token.reach == Token.Reach.ROLE:
        what = _("what %(role)s permits") % {"role": token.role.label if token.role else "–"}
    elif token.reach == Token.Reach.VERBS:
        count = len(token.verbs)
        what = ", ".join(token.verbs[:3])
        if count > 3:
            what += " " + ngettext("and %(n)d more", "and %(n)d more", count - 3) % {"n": count - 3}
    else:
        what = _("all rights of its owner")
    return _("%(what)s, read only") % {"what": what} if token.read_only else what


def _where(token: Token, groups: dict[int, str], hosts: dict[int, str]) -> str:
    if token.everywhere:
        return _("everywhere")
    gone = _("(removed)")
    names = [_("group %s") % groups.get(pk, gone) for pk in token.groups]
    return ", ".join([*names, *(hosts.get(pk, gone) for pk in token.hosts)])


def question_of(token: Token) -> Question:
    """The question before a revocation: purpose, place and last use of the token."""
    one = token_rows([token])[0]
    if token.used_at:
        told = {"ago": ago_words(token.used_at, timezone.now()), "address": token.used_from}
        used = _("last used %(ago)s, from %(address)s") % told
    else:
        used = _("never used")
    if token.is_key:
        head, button = _("Revoke the SSH key %(name)s?"), _("Revoke the key")
        words = _(
            "Its open connections end within two seconds, and it is refused until it is "
            "registered again."
        )
    else:
        head, button = _("Revoke the token %(name)s?"), _("Revoke the token")
        words = _(
            "Whatever uses it is refused at once. This cannot be undone: create a new token and "
            "replace this one where it is used."
        )
    return Question(
        head % {"name": token.name},
        button,
        words,
        losses=(_("of %(owner)s") % {"owner": token.user}, f"{one.what} · {one.where}", used),
        danger=True,
    )
