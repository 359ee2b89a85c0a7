"""Checks a tar that is unpacked into a folder: every header before its entry goes on to the host.

Nothing is extracted here. At most one piece is held back.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from hosts.actions.archive_words import archive_trouble
from hosts.podman.tar_judge import ArchiveRefused, TarJudge


@dataclass
class ImportJudge(TarJudge):
    """For a tar that Podman unpacks inside a container or a volume. Raises ActionFailed."""

    on_host: bool = False

    async def checked(
        self,
        pieces: AsyncIterator[bytes],
        before_end: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[bytes]:
        """The same bytes, each piece after its headers were checked. ActionFailed."""
        try:
            async for piece in super().checked(pieces, before_end):
                yield piece
        except ArchiveRefused as refused:
            raise archive_trouble(refused) from refused
