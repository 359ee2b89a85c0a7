"""The inventory: what hosts listed becomes rows. Only the link calls this room.

Synchronous database code; it asks no host anything itself.
"""

from hosts.inventory.batch import Batch, LeaseLost, write_together
from hosts.inventory.mirror import Changes, Mirror
from hosts.inventory.tidy import tidy

__all__ = ["Batch", "Changes", "LeaseLost", "Mirror", "tidy", "write_together"]
