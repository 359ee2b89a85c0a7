"""Clocks by which processes and hosts are missed: leases, keepalives, looks.

Each time stands where it is used. HAULOUT_CLOCKS shortens the clocks for tests that wait for them.
"""

from django.conf import settings


def clock(seconds: float, *, least: float = 0.0) -> float:
    """These seconds, or the share of them that HAULOUT_CLOCKS sets.

    Never less than `least`, which a busy machine needs.
    """
    share: float = settings.HAULOUT_CLOCKS
    return max(seconds * share, min(seconds, least))
