"""A tar put into a folder: every head is judged before its entry goes on to the host.

Nothing is extracted here; what goes through is at most one piece ahead.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from hosts.actions.archive_words import told
from hosts.podman.tar_judge import ArchiveRefused, TarJudge


@dataclass
class Judge(TarJudge):
    """Of an archive that Podman unpacks confined in a container or a volume, in our words."""

    on_host: bool = False

    async def checked(
        self,
        pieces: AsyncIterator[bytes],
        before_end: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[bytes]:
        """The same bytes, each piece once its heads are judged. ActionFailed."""
        try:
            async for piece in super().checked(pieces, before_end):
                yield piece
        except ArchiveRefused as refused:
            raise told(refused) from refused
