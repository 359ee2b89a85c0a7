"""Why an archive is refused, in words with a cure."""

from django.utils.translation import gettext as _

from hosts.jobs.errand import ActionFailed
from hosts.podman.base_judge import BaseFault
from hosts.podman.decompress import UnknownCompression, UnpackedTooLarge
from hosts.podman.tar_judge import ArchiveRefused, BaseRefused, EntryFault, EntryRefused


def archive_trouble(refused: ArchiveRefused) -> ActionFailed:
    """The refusal as ActionFailed, for a person."""
    if isinstance(refused, EntryRefused):
        words = _("The entry “%(name)s” is refused: %(why)s.")
        return ActionFailed(words % {"name": refused.name, "why": _why(refused.why)})
    if isinstance(refused, BaseRefused):
        return ActionFailed(base_words(refused.line, refused.why), refused.text)
    if isinstance(refused, UnknownCompression):
        words = _(
            "zstd needs libzstd, which is missing where Haulout runs. Send a plain tar or .tar.gz."
        )
        return ActionFailed(words)
    if isinstance(refused, UnpackedTooLarge):
        return ActionFailed(_("The unpacked archive is larger than Haulout allows for an upload."))
    words = _("This is not a complete tar archive. Unpack a .tar.gz first.")
    return ActionFailed(words, refused.message)


def base_words(line: int, why: BaseFault) -> str:
    """What is wrong with a base image of a Containerfile."""
    words = {
        BaseFault.TRANSPORT: _(
            "Line %(line)d names a file or storage of the host (such as docker-archive:/path). "
            "Use an image from a registry."
        ),
        BaseFault.UNKNOWN: _(
            "The image that line %(line)d uses cannot be known in advance. Give the argument a "
            "value before the first FROM, and write names in COPY and RUN without variables."
        ),
        BaseFault.UNCLEAR: _(
            "Line %(line)d can be read in two ways. Write FROM, and the flags of COPY, ADD and "
            "RUN, without quotes, backslashes and escape directives."
        ),
        BaseFault.MOUNT: _(
            "Line %(line)d has RUN --mount, which can leave the build context with this version "
            "of Podman (see the host's page). COPY what it needs, or build on a host with Podman "
            "5.3.2 or newer."
        ),
        BaseFault.LARGE: _("The Containerfile is larger than 256 KiB."),
    }[why]
    return words % {"line": line} if line else words


def _why(why: EntryFault) -> str:
    return {
        EntryFault.MANY: _("it has more than a million entries"),
        EntryFault.SPARSE: _("sparse files are not allowed"),
        EntryFault.DEVICE: _("devices are not allowed"),
        EntryFault.PIPE: _("pipes are not allowed"),
        EntryFault.ABSOLUTE: _("its path is absolute"),
        EntryFault.UPWARDS: _("its path leads upwards (..)"),
        EntryFault.BEHIND_LINK: _("it lies behind a link in the same archive"),
        EntryFault.TO_LINK: _("it is a hard link to a link, or to something behind a link"),
        EntryFault.READ_BY_PODMAN: _(
            "Podman reads this file on the host, so neither the file nor a folder above it may be "
            "a link"
        ),
        EntryFault.LARGE: _("it is too large to be a list of images"),
        EntryFault.NO_LIST: _("it is not a list of images in JSON"),
    }[why]
