"""Chunks, sums and figures as rows. Steps for the link's writer, which checks the lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from hosts.models import ContainerFigures, StatsChunk, StatsStanding
from hosts.stats.codec import pack
from hosts.stats.figures import FigureChanges
from hosts.stats.fold import fold_samples
from hosts.stats.gather import Chunk, Sample
from hosts.stats.metrics import FULL, METRICS, MOST_SERIES, SPAN_S, THINNED

_MOST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PackedChunk:
    """A chunk of FULL, as its row holds it."""

    start: int
    end: int
    keys: bytes
    data: bytes
    summary: bytes


def pack_chunk(chunk: Chunk) -> PackedChunk:
    """Pack a closed chunk (5 ms for 50 containers: not in an event loop)."""
    kept = dict(list(chunk.series.items())[: MOST_SERIES + 1])
    bucket = chunk.times[0] - chunk.times[0] % SPAN_S[FULL]
    return PackedChunk(
        chunk.times[0],
        chunk.times[-1],
        b"".join(kept),
        pack(chunk.times, metrics=len(METRICS), series=list(kept.values())),
        pack(
            [bucket], metrics=len(THINNED), series=[fold_samples(codes) for codes in kept.values()]
        ),
    )


def save_chunk(endpoint_id: int, chunk: PackedChunk) -> None:
    """Write a chunk; to write it again changes nothing."""
    StatsChunk.objects.bulk_create(
        [
            StatsChunk(
                endpoint_id=endpoint_id,
                tier=FULL,
                start=chunk.start,
                end=chunk.end,
                keys=chunk.keys,
                data=chunk.data,
                summary=chunk.summary,
            )
        ],
        ignore_conflicts=True,
    )


def save_recent(
    endpoint_id: int, *, at_s: int, sums: Sample, keys: bytes, recent: bytes, cpus: int = 0
) -> None:
    """Write the last hour, and the newest sums with their second."""
    _update(
        endpoint_id,
        {
            "sampled_at": datetime.fromtimestamp(at_s, UTC),
            "cpu": min(sums[0], _MOST),
            "memory_bytes": min(sums[1], _MOST),
            "cpus": cpus,
            "machine_bytes": min(sums[2], _MOST),
            "keys": keys,
            "recent": recent,
        },
    )


def save_reason(endpoint_id: int, *, kind: str, reason: str) -> None:
    """Write why an endpoint gives no statistics, or ("", "") that it does."""
    _update(endpoint_id, {"reason_kind": kind, "reason": reason[:4000], "since": timezone.now()})


# plain SQL: for a large fleet half of each second's writes, and the ORM would read each row first
_FIGURES: Final = (
    "INSERT INTO hosts_containerfigures (container_id, cpu, memory_bytes, limit_bytes)"
    " SELECT id, %s, %s, %s FROM hosts_container WHERE endpoint_id = %s AND podman_id = %s"
    " ON CONFLICT (container_id) DO UPDATE SET cpu = excluded.cpu,"
    " memory_bytes = excluded.memory_bytes, limit_bytes = excluded.limit_bytes"
)
_NONE: Final = (
    "DELETE FROM hosts_containerfigures WHERE container_id IN"
    " (SELECT id FROM hosts_container WHERE endpoint_id = %s AND podman_id = %s)"
)


def save_figures(endpoint_id: int, changes: FigureChanges) -> int:
    """Write what containers use now; how many of them the inventory knows."""
    if changes.anew:
        drop_figures([endpoint_id])
    with connection.cursor() as cursor:
        if changes.gone:
            cursor.executemany(_NONE, [(endpoint_id, podman_id) for podman_id in changes.gone])
        if not changes.figures:
            return 0
        cursor.executemany(
            _FIGURES,
            [
                (min(one.cpu, _MOST), one.memory_bytes, one.limit_bytes, endpoint_id, podman_id)
                for podman_id, one in changes.figures.items()
            ],
        )
        return int(cursor.rowcount)


def drop_figures(endpoint_ids: Sequence[int]) -> None:
    """Forget what containers there use."""
    ContainerFigures.objects.filter(container__endpoint__in=endpoint_ids).delete()


def _update(endpoint_id: int, columns: dict[str, Any]) -> None:
    if not StatsStanding.objects.filter(pk=endpoint_id).update(**columns):
        StatsStanding.objects.create(pk=endpoint_id, **{"since": timezone.now(), **columns})
