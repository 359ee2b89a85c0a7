"""Files of containers and volumes. Reading them is for operators: they hold passwords and keys."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "container.files",
        _("Read files"),
        _("See and download files of containers: configuration, keys, data. Each is written down"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.files_edit",
        _("Change files"),
        _("Upload, edit, rename and delete files of containers"),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.files",),
    ),
    Verb(
        "container.open",
        _("Open files of stopped containers"),
        _("Make a container for a while, to rename and delete files of one that does not run"),
        "container",
        OPERATOR,
        needs=("container.files",),
    ),
    Verb(
        "volume.files",
        _("Read files of volumes"),
        _("See and download what is in volumes: databases, uploads, keys. Each is written down"),
        "volume",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "volume.files_edit",
        _("Change files of volumes"),
        _("Upload, import, edit, rename and delete what is in volumes"),
        "volume",
        OPERATOR,
        sensitive=True,
        needs=("volume.files",),
    ),
    Verb(
        "volume.open",
        _("Open volumes"),
        _("Make a container for a while, to reach the files of a volume that none mounts"),
        "volume",
        OPERATOR,
        needs=("volume.files",),
    ),
):
    register(verb)
    # what was done with which file; contents never stand here
    allow(verb.name, "what", "file_mode", "replaced", "helper", "files_count")
