"""The inventory: lists of hosts become rows. Only the link calls this room.

Synchronous database code; it asks no host itself.
"""

from hosts.inventory.batch import LeaseLost, WriteBatch, write_together
from hosts.inventory.mirror import Changes, Mirror
from hosts.inventory.tidy import tidy

__all__ = ["Changes", "LeaseLost", "Mirror", "WriteBatch", "tidy", "write_together"]
