"""What can go wrong at a host's bus: one small tree. No foreign error leaves this room."""

from typing import Final

# longer texts are cut: a hostile host must not fill our tables
TEXT_LIMIT: Final = 1000


class BusError(Exception):
    """A call failed. `cure`: what a person can do, or "". `maybe_done`: it was sent, and nobody knows
    whether it took effect.
    """

    maybe_done = False

    def __init__(self, message: str, *, cure: str = "") -> None:
        self.message = message[:TEXT_LIMIT]
        self.cure = cure[:TEXT_LIMIT]
        super().__init__(f"{self.message} {self.cure}".strip())


class BusUnavailable(BusError):
    """The bus cannot be reached. Nothing was sent. `kind`: a LinkError's, or ""."""

    def __init__(self, message: str, *, cure: str = "", kind: str = "") -> None:
        super().__init__(message, cure=cure)
        self.kind = kind[:40]


class BusRejected(BusError):
    """The bus does not let this account in. Nothing was sent."""


class NotPermitted(BusError):
    """We do not send this: it is not on the list, or the unit is not made by a quadlet."""


class CallFailed(BusError):
    """systemd refused. `name`: the error's name on the bus, as `org.freedesktop.systemd1.NoSuchUnit`."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message or name)
        self.name = name[:TEXT_LIMIT]


class BusMalformed(BusError):
    """The answer is no D-Bus message, or larger than we read."""

    maybe_done = True


class BusInterrupted(BusError):
    """The connection broke, or no answer came in time, after the call was sent."""

    maybe_done = True
