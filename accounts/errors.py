"""Errors about people. Each text names cause and cure, and can be shown as it is."""

from django.utils.translation import gettext as _


class AccountsError(Exception):
    """Base class of these errors."""


class NotPermitted(AccountsError):
    """The person may not do `verb` here. The refusal is in the log already."""

    def __init__(self, verb: str) -> None:
        super().__init__(
            _("Your role does not permit this (%(verb)s). Ask an administrator.") % {"verb": verb}
        )
        self.verb = verb


class LinkDead(AccountsError):
    """The one-time link never existed, or was used, withdrawn or expired. The text does not say which."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This link is not valid: it has been used, has expired, was replaced by a newer"
                " one or was copied incompletely. Ask an administrator for a new one."
            )
        )


class AdminExists(AccountsError):
    """There is an administrator already, so a first link creates none."""

    def __init__(self) -> None:
        super().__init__(
            _("There is already an administrator. Sign in, or ask them for an invitation.")
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
    """It is a service account, and nobody signs in as one."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "%(name)s is a service account: nobody signs in as it. Create a token for it instead."
            )
            % {"name": name}
        )


class EmailUnverified(AccountsError):
    """A provider names a new person without a verified address."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _(
                "The provider has not verified the address %(email)s, so Haulout cannot tell who "
                "you are. Verify it there, then sign in again."
            )
            % {"email": email or _("(none)")}
        )


class NotInvited(AccountsError):
    """A provider names a person whom nobody invited."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _("%(email)s has no account here. Ask an administrator for an invitation.")
            % {"email": email}
        )


class RoleUnknown(AccountsError):
    """The providers' file gives new people a role that does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "New people are to get the role %(name)s, which does not exist. Ask an "
                "administrator to correct this."
            )
            % {"name": name}
        )
