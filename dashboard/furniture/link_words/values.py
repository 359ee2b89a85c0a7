"""Values within the link's sentences that are words of ours."""

from django.utils.translation import gettext_noop as _

VALUES = frozenset(
    {
        _("ahead"),
        _("behind"),
        _("it is signed by none of the accepted authorities"),
        _("its certificate has expired"),
        _("its certificate is not valid yet"),
        _("its certificate is for another name than this address"),
        _("it is revoked"),
        _("it ended"),
        _("not connected yet"),
        _("it was closed"),
    }
)
