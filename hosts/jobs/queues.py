"""The queues of jobs. Each is served apart: what takes long never holds up what takes seconds."""

from typing import Final

# jobs of seconds; of minutes (pulls, builds); those that only listen, maybe for hours
SHORT, LONG, WAITS = "short", "long", "waits"
QUEUES: Final = (SHORT, LONG, WAITS)
