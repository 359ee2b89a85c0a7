"""Connections that others are dialled through: one connection to a jump host serves all behind it."""

import asyncio
from typing import Final

from hosts.link.errors import LinkError
from hosts.link.ssh import SshConnection
from hosts.link.ssh_errors import jump_away

_UNKNOWN: Final = "it is not connected yet, or is disabled."


class Jumps:
    """The connections of this link by login, as their tasks hold them."""

    def __init__(self) -> None:
        self._up: dict[int, SshConnection] = {}
        self._away: dict[int, LinkError] = {}
        self._up_events: dict[int, asyncio.Event] = {}

    def set_up(self, login_id: int, connection: SshConnection) -> None:
        """A login is connected: those that wait for it dial at once."""
        self._up[login_id] = connection
        self._away.pop(login_id, None)
        self.up_event(login_id).set()

    def set_away(self, login_id: int, error: LinkError) -> None:
        """A login is not connected, for this reason."""
        self._up.pop(login_id, None)
        self._away[login_id] = error
        self.up_event(login_id).clear()

    def up_event(self, login_id: int) -> asyncio.Event:
        """Set while the login is connected."""
        return self._up_events.setdefault(login_id, asyncio.Event())

    def get(self, login_id: int, name: str) -> SshConnection:
        """The connection to a jump host. Raises LinkError "jump-away", which calls it `name`."""
        connection = self._up.get(login_id)
        if connection is not None and not connection.closed:
            return connection
        why = self._away.get(login_id)
        raise jump_away(name, why.cause if why else _UNKNOWN, why.cure if why else "")
