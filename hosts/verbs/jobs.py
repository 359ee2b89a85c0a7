"""Jobs."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register

for verb in (
    Verb("job.view", _("See jobs"), _("See jobs and their output"), "job", VIEWER),
    Verb("job.cancel", _("Cancel jobs"), _("Cancel jobs of others"), "job", OPERATOR),
):
    register(verb)
