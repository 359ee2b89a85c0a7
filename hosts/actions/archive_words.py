"""Why an archive is refused, in words with a cure."""

from django.utils.translation import gettext as _

from hosts.jobs.errand import ActionFailed
from hosts.podman.base_judge import BaseFault
from hosts.podman.compressed import UnknownCompression, UnpackedTooLarge
from hosts.podman.tar_judge import ArchiveRefused, BaseRefused, EntryFault, EntryRefused


def archive_trouble(refused: ArchiveRefused) -> ActionFailed:
    """The refusal as ActionFailed, for a person."""
    if isinstance(refused, EntryRefused):
        words = _("The entry “%(name)s” is refused: %(why)s.")
        return ActionFailed(words % {"name": refused.name, "why": _why(refused.why)})
    if isinstance(refused, BaseRefused):
        return ActionFailed(base_words(refused.line, refused.why), refused.text)
    if isinstance(refused, UnknownCompression):
        return ActionFailed(
            _("Archives compressed with zstd are not read here. Send it plain, or as .tar.gz.")
        )
    if isinstance(refused, UnpackedTooLarge):
        return ActionFailed(_("Unpacked it is larger than Haulout takes as an upload."))
    words = _("What came is not a whole tar archive. A .tar.gz has to be unpacked first.")
    return ActionFailed(words, refused.message)


def base_words(line: int, why: BaseFault) -> str:
    """What is wrong with a base image of a Containerfile."""
    words = {
        BaseFault.TRANSPORT: _(
            "Line %(line)d names a file or a store of the host (such as docker-archive:/path)."
            " Images come from registries here."
        ),
        BaseFault.UNKNOWN: _(
            "Which image line %(line)d would take cannot be known beforehand: give the argument a"
            " value before the first FROM, and write names in COPY and RUN without variables."
        ),
        BaseFault.UNCLEAR: _(
            "Line %(line)d could be read in two ways: write FROM, and the flags of COPY, ADD and RUN,"
            " without quotes, backslashes and escape directives."
        ),
        BaseFault.MOUNT: _(
            "Line %(line)d has RUN --mount, and the Podman there lets such a mount leave the build's"
            " context (see the host's page). COPY what it needs, or build on a host with Podman 5.3.2"
            " or newer."
        ),
        BaseFault.LARGE: _("The Containerfile is larger than 256 KiB."),
    }[why]
    return words % {"line": line} if line else words


def _why(why: EntryFault) -> str:
    return {
        EntryFault.MANY: _("there are more than a million entries"),
        EntryFault.SPARSE: _("sparse files are not taken"),
        EntryFault.DEVICE: _("devices are not taken"),
        EntryFault.PIPE: _("pipes are not taken"),
        EntryFault.ABSOLUTE: _("it is absolute"),
        EntryFault.UPWARDS: _("it leads upwards (..)"),
        EntryFault.BEHIND_LINK: _("it lies behind a link of the same archive"),
        EntryFault.TO_LINK: _("it is a second name of a link, or of what lies behind one"),
        EntryFault.READ_BY_PODMAN: _(
            "Podman itself reads that file on the host, so neither it nor a folder on the way to it"
            " may be a link"
        ),
        EntryFault.LARGE: _("it is larger than any list of images"),
        EntryFault.NO_LIST: _("it should be a list of images in JSON, and is not"),
    }[why]
