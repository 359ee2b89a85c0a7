"""What can go wrong with people. Each text says cause and cure and may be shown as it is."""

from django.utils.translation import gettext as _


class AccountsError(Exception):
    """Base of these errors."""


class NotPermitted(AccountsError):
    """The person may not do `verb` here. The refusal is in the audit log already."""

    def __init__(self, verb: str) -> None:
        super().__init__(
            _("Your role does not permit this (%(verb)s). Ask an administrator.") % {"verb": verb}
        )
        self.verb = verb


class LinkDead(AccountsError):
    """A one-time link that was never made, is used, withdrawn or too old: not told apart."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This link is not valid: it has been used, has expired, was replaced by a newer"
                " one or was copied incompletely. Ask an administrator for a new one."
            )
        )


class AdminExists(AccountsError):
    """There is an administrator already, so nobody becomes one by a first link."""

    def __init__(self) -> None:
        super().__init__(
            _("There is an administrator already. Sign in, or ask them for an invitation.")
        )


class LastAdmin(AccountsError):
    """The change would leave nobody who can manage people."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "%(name)s is the last active administrator. Make somebody else an administrator"
                " first."
            )
            % {"name": name}
        )


class NotSignedIn(AccountsError):
    """A service account, which nobody signs in as."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "%(name)s is a service account: nobody signs in as it. Create a token for it instead."
            )
            % {"name": name}
        )


class EmailUnverified(AccountsError):
    """A provider names somebody new to us without an address that it has verified."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _(
                "The provider does not say that it has verified the address %(email)s, so Haulout"
                " cannot tell who you are. Have it verified there, then sign in again."
            )
            % {"email": email or _("(none)")}
        )


class NotInvited(AccountsError):
    """A provider names somebody whom nobody has let in here."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _("Nobody here is known as %(email)s. Ask an administrator for an invitation.")
            % {"email": email}
        )


class RoleUnknown(AccountsError):
    """The file of providers gives newcomers a role that is not here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "Newcomers shall get the role %(name)s, and there is none of that name. Ask an"
                " administrator to set this right."
            )
            % {"name": name}
        )
