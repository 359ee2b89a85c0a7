"""The value of a secret: checked, sealed, and logged only as a keyed hash."""

from typing import Any

from django.utils.translation import gettext as _

from audit.params import hash_value
from hosts.refusals import FieldRefusal

# Podman's limit: “larger than 0 and less than 512000 bytes”
LIMIT_BYTES = 512_000


def checked_value(value: bytes) -> bytes:
    """The value. FieldRefusal where Podman would not take it. The words never repeat it."""
    if not value:
        raise FieldRefusal("value", _("Enter the value, or choose a file that holds it."))
    if len(value) >= LIMIT_BYTES:
        raise FieldRefusal(
            "value",
            _("A secret must be smaller than 512,000 bytes; this one has %s.") % f"{len(value):,}",
        )
    return value


def log_hash(value: bytes) -> dict[str, Any]:
    """What a job's row and the log keep. Equal values have equal hashes."""
    return {"value": hash_value(value), "size_bytes": len(value)}
