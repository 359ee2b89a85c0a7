"""Jobs."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register

for verb in (
    Verb(
        "job.view",
        _("See jobs"),
        _("See jobs of others and what they print"),
        "job",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "job.cancel",
        _("Cancel jobs"),
        _("Cancel jobs of others; what they did so far stays"),
        "job",
        OPERATOR,
        needs=("job.view",),
    ),
):
    register(verb)
