"""The clocks by which processes and hosts are missed: leases, keepalives, looks.

Seconds stand beside what they are for; where tests of faults wait for them, HAULOUT_CLOCKS shortens them.
"""

from django.conf import settings


def clock(seconds: float, *, least: float = 0.0) -> float:
    """As many seconds, or the part of them that HAULOUT_CLOCKS says: no less than `least`, which a busy
    machine needs.
    """
    share: float = settings.HAULOUT_CLOCKS
    return max(seconds * share, min(seconds, least))
