"""Files of containers and volumes. Reading them is for operators: they hold passwords and keys."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb("container.files", _("Read files"), _("See and download"), "container", OPERATOR),
    Verb(
        "container.files_edit",
        _("Change files"),
        _("Upload, edit, rename, delete"),
        "container",
        OPERATOR,
    ),
    Verb("volume.files", _("Read files of volumes"), _("See and download"), "volume", OPERATOR),
    Verb(
        "volume.files_edit",
        _("Change files of volumes"),
        _("Upload, import, edit, rename, delete"),
        "volume",
        OPERATOR,
    ),
    Verb(
        "volume.open",
        _("Open volumes"),
        _("Make a container for a while, to reach the files of a volume that none mounts"),
        "volume",
        OPERATOR,
    ),
):
    register(verb)
    # what was done with which file; contents never stand here
    allow(verb.name, "what", "file_mode", "replaced", "helper", "files_count")
