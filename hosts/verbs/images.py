"""Images."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "image.view",
        _("See images"),
        _("See which images exist"),
        "image",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "image.inspect",
        _("Inspect images"),
        _(
            "Read all details of an image: layers, history, settings; this reveals secrets built "
            "into it"
        ),
        "image",
        VIEWER,
        sensitive=True,
    ),
):
    register(verb)
