"""The newest figures of each container, and which of them are worth a write.

Fifty thousand containers every ten seconds would be 5,000 rows a second, most of them unchanged.
So small changes are left out, and an endpoint writes every half minute unless one is big.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

REST_S: Final = 30.0
# steps of CPU in 0.01 % of a core: one percent, or a twentieth of the value
_CPU_STEP: Final = 100
_CPU_PART: Final = 20
_MEMORY_PART: Final = 50
# changes that do not wait for the next half minute
_CPU_JUMP: Final = 2_000
_MEMORY_JUMP_PART: Final = 5


class Figure(NamedTuple):
    """What one container uses. `cpu`: in 0.01 % of a core. `limit_bytes`: 0 where none is set."""

    cpu: int
    memory_bytes: int
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class FigureChanges:
    """What to write. `anew`: rows of earlier links are deleted first."""

    figures: dict[str, Figure]
    gone: list[str]
    anew: bool


@dataclass(slots=True)
class WrittenFigures:
    """What an endpoint's rows say, by container id."""

    _rows: dict[str, Figure] = field(default_factory=dict)
    _at_s: float = float("-inf")
    _anew: bool = True

    def changes(self, newest: Mapping[str, Figure], *, now_s: float) -> FigureChanges | None:
        """The differences to the rows that are due; None: there are none."""
        found = {
            podman_id: figure
            for podman_id, figure in newest.items()
            if (row := self._rows.get(podman_id)) is None or _differs(row, figure)
        }
        gone = [podman_id for podman_id in self._rows if podman_id not in newest]
        if not (found or gone or self._anew):
            return None
        at_once = (
            self._anew
            or bool(gone)
            or any(
                (row := self._rows.get(podman_id)) is None or _jumps(row, figure)
                for podman_id, figure in found.items()
            )
        )
        if not at_once and now_s - self._at_s < REST_S:
            return None
        return FigureChanges(found, gone, self._anew)

    def mark_written(self, changes: FigureChanges, *, rows: int, now_s: float) -> None:
        """`rows` of these were written: the inventory may not know a new container yet."""
        whole = rows == len(changes.figures)
        for podman_id in changes.gone:
            self._rows.pop(podman_id, None)
        for podman_id, figure in changes.figures.items():
            if whole or podman_id in self._rows:
                self._rows[podman_id] = figure
        self._at_s, self._anew = now_s, False


def _differs(row: Figure, now: Figure) -> bool:
    return (
        abs(now.cpu - row.cpu) > max(_CPU_STEP, row.cpu // _CPU_PART)
        or abs(now.memory_bytes - row.memory_bytes) > row.memory_bytes // _MEMORY_PART
        or now.limit_bytes != row.limit_bytes
    )


def _jumps(row: Figure, now: Figure) -> bool:
    return (
        abs(now.cpu - row.cpu) > _CPU_JUMP
        or abs(now.memory_bytes - row.memory_bytes) > row.memory_bytes // _MEMORY_JUMP_PART
    )
