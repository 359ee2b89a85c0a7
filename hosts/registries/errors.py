"""Why a registry gave no digest."""

from enum import StrEnum


class Failure(StrEnum):
    """The kinds that people are told of. Stored: do not rename."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    REFUSED = "refused"
    MISSING = "missing"
    BUSY = "busy"
    UNREADABLE = "unreadable"


class RegistryError(Exception):
    """No digest. `detail`: a few words in English of whoever failed; `retry_s`: not before, 0: any time."""

    def __init__(self, kind: Failure, detail: str = "", *, retry_s: int = 0) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail[:200]
        self.retry_s = retry_s
