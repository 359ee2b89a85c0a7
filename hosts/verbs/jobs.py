"""Jobs."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register

for verb in (
    Verb(
        "job.view",
        _("See jobs"),
        _("See other people's jobs and their output"),
        "job",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "job.cancel",
        _("Cancel jobs"),
        _("Cancel other people's jobs; what they have done stays"),
        "job",
        OPERATOR,
        needs=("job.view",),
    ),
):
    register(verb)
