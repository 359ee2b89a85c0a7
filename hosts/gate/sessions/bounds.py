"""How much of the gate strangers, a person and a connection may hold at once."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

# a handshake and a proof of who it is, on a slow line
LOGIN_S: Final = 20.0
# who has not proved yet who they are
STRANGERS: Final = 512
STRANGERS_PER_ADDRESS: Final = 256
# a client opens a connection for each command, and 200 at once are to be served
PER_PERSON: Final = 256
# HTTP connections within one SSH connection
CHANNELS: Final = 128
# public keys that one connection may offer; an agent offers all it has
OFFERS: Final = 12


@dataclass
class Bounds:
    """What is open now, in this process."""

    strangers: Counter[str] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)

    def come(self, address: str) -> bool:
        """Count a stranger; False, and nothing counted, where there are too many."""
        if self.strangers.total() >= STRANGERS or self.strangers[address] >= STRANGERS_PER_ADDRESS:
            return False
        self.strangers[address] += 1
        return True

    def known(self, address: str) -> None:
        """One of them has said who they are, or has gone."""
        _less(self.strangers, address)

    def let_in(self, user_id: int) -> bool:
        """Count a connection of somebody; False, and nothing counted, where they hold too many."""
        if self.people[user_id] >= PER_PERSON:
            return False
        self.people[user_id] += 1
        return True

    def gone(self, user_id: int) -> None:
        """One that was let in has ended."""
        _less(self.people, user_id)


def _less(counter: Counter[Any], name: str | int) -> None:
    counter[name] -= 1
    if counter[name] <= 0:
        del counter[name]
