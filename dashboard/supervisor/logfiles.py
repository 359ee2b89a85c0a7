"""DATA/logs/*.log: what the children say, one file each, rotated and capped. A full disk stops no one."""

from pathlib import Path

MAX_BYTES = 8 * 1024 * 1024
KEPT = 3


class LogFile:
    """Append-only text of one child: NAME.log, then NAME.log.1 … NAME.log.3, each at most 8 MiB."""

    def __init__(self, folder: Path, name: str, *, max_bytes: int = MAX_BYTES) -> None:
        self.path = folder / f"{name}.log"
        self.max_bytes = max_bytes
        self.lost_lines = 0
        self._size_bytes = self.path.stat().st_size if self.path.exists() else 0
        self._file = self.path.open("ab", buffering=0)

    def write(self, line: bytes) -> bool:
        """Write one line; False when it could not be written (full disk)."""
        try:
            if self._size_bytes + len(line) > self.max_bytes and self._size_bytes:
                self._rotate()
            self._file.write(line)
        except OSError:
            self.lost_lines += 1
            return False
        self._size_bytes += len(line)
        return True

    def close(self) -> None:
        """Close the file; a later write is an error."""
        self._file.close()

    def _rotate(self) -> None:
        for number in range(KEPT, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = (
                self.path.with_name(f"{self.path.name}.{number - 1}") if number > 1 else self.path
            )
            if newer.exists():
                newer.replace(older)
        opened = self.path.open("ab", buffering=0)
        self._file.close()
        self._file = opened
        self._size_bytes = 0
