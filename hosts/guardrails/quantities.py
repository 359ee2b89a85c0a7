"""Quantities as Kubernetes writes them: 512Mi, 0.5, 250m. For Podman's own sizes see hosts.sizes."""

import math
import re

_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]{0,2})\s*")
_MEMORY = re.compile(r"([0-9]+)(?:\.([0-9]+))?([A-Za-z]{0,2})")
_KUBE = {
    "": 1.0,
    "m": 0.001,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}


def quantity(text: str) -> float | None:
    """The number, where m is a thousandth. None where the text is no quantity."""
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in _KUBE:
        return None
    return float(match[1]) * _KUBE[match[2]]


def memory(text: str) -> float | None:
    """Bytes of a limit in a kube file. None where Podman would read another number. It ignores the unit of
    fractions of a byte (100m is 100 bytes there), and reads a fraction of a Gi as decimal.
    """
    match = _MEMORY.fullmatch(text)
    if match is None or match[3] not in _KUBE or match[3] == "m":
        return None
    decimals = 0 if match[3].endswith("i") else round(math.log10(_KUBE[match[3]]))
    if len(match[2] or "") > decimals:
        return None
    return quantity(text)
