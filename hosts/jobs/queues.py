"""The queues of jobs. Each is served apart: what takes long never holds up what takes seconds."""

from typing import Final

# seconds; minutes (pulls, builds); only listening, for hours if need be
SHORT, LONG, WAITS = "short", "long", "waits"
QUEUES: Final = (SHORT, LONG, WAITS)
