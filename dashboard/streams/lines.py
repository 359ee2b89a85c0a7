"""From Podman's frames to whole log lines, as the browser gets them.

A line is: stream digit, RFC 3339 time, space, text, newline. Lines of a TTY come in parts with a
time each. The first part's time counts.
"""

from hosts.podman.frames import Frame

# a line longer than this is handed on in parts, so that no container fills our memory
MAX_LINE_BYTES = 256 * 1024


class LineAssembler:
    """One per stream from Podman (asked for with timestamps)."""

    def __init__(self) -> None:
        self._open: dict[int, bytearray] = {}

    def feed(self, frames: list[Frame]) -> list[bytes]:
        """The lines that `frames` complete, each with its stream digit in front."""
        lines: list[bytes] = []
        for stream, data in frames:
            part = self._open.pop(stream, None)
            if part is None:
                if data.endswith(b"\n"):
                    lines.append(b"%d%b" % (stream, data))
                    continue
                part = bytearray(b"%d" % stream)
                part += data
            else:
                # a later part repeats the time in front
                part += data.partition(b" ")[2]
            if part.endswith(b"\n"):
                lines.append(bytes(part))
            elif len(part) > MAX_LINE_BYTES:
                lines.append(bytes(part) + b"\n")
            else:
                self._open[stream] = part
        return lines

    def rest(self) -> list[bytes]:
        """Open lines, closed: at the end of the stream."""
        lines = [bytes(part) + b"\n" for part in self._open.values()]
        self._open.clear()
        return lines


def time_of(line: bytes) -> str:
    """The RFC 3339 time of a line, or an empty string."""
    head = line[1:64].partition(b" ")[0]
    return head.decode("ascii", "replace") if head[:4].isdigit() and b"T" in head else ""
