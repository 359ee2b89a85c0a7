"""The refusal that names the field to change: as actions raise it (hosts.refused)."""

from hosts.refused import HostRefused

__all__ = ["HostRefused"]
