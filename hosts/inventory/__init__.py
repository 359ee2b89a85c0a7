"""The inventory: what hosts listed becomes rows. Only the link calls this room.

Synchronous database code; it asks no host anything itself.
"""

from hosts.inventory.batch import LeaseLost, WriteBatch, write_together
from hosts.inventory.mirror import Changes, Mirror
from hosts.inventory.tidy import tidy

__all__ = ["Changes", "LeaseLost", "Mirror", "WriteBatch", "tidy", "write_together"]
