"""The chain: the bytes of each entry contain the hash of the entry before. SHA-256 without keys.

The bytes are sorted JSON of `FIELDS`. They are stored, so verification compares exact bytes.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

GENESIS = bytes(32)
VERSION = 1

# sorted, as in the bytes. Each is a column of Entry. `previous` links the chain.
FIELDS = (
    "address",
    "at",
    "count",
    "detail",
    "door",
    "duration_ms",
    "endpoint_id",
    "endpoint_name",
    "forwarded_for",
    "grant",
    "host_id",
    "host_name",
    "intent",
    "job_id",
    "kind",
    "number",
    "params",
    "previous",
    "result",
    "segment",
    "session",
    "target_id",
    "target_kind",
    "target_name",
    "token",
    "verb",
    "version",
    "who_id",
    "who_name",
)


def canonical(values: Mapping[str, Any]) -> bytes:
    """The bytes of an entry. `values` has every name of FIELDS. `params` is JSON text, `previous` 32 bytes,
    `at` an aware datetime.
    """
    ordered = {name: values[name] for name in FIELDS}
    ordered["at"] = timestamp(values["at"])
    ordered["params"] = orjson.Fragment(values["params"])
    ordered["previous"] = bytes(values["previous"]).hex()
    return orjson.dumps(ordered)


def timestamp(at: datetime) -> str:
    """The time as in the bytes: UTC, always with six digits of a second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(data: bytes) -> bytes:
    """The 32 bytes that the next entry has as `previous`."""
    return hashlib.sha256(data).digest()
