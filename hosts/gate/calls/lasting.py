"""What stays open for long: it ends with the client, and within two seconds with the right to it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from hosts.access import Denied, NotVisible, Person
from hosts.access.fetch import defer_refusal_entry, write_withdrawn
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call

# the gate's own look at rights takes the rest of the two seconds
_LOOK_EVERY_S: Final = 0.5
# asks the database whether this person may still have it: NotVisible, Denied
Still = Callable[[Person], None]


class Withdrawn(Exception):
    """What was open may not stay so: the answer ends here, and the connection with it."""


async def lasting(call: Call, still: Still, work: Coroutine[Any, Any, None]) -> None:
    """Do the work for as long as the client is there and may have it. Withdrawn, ConnectionError."""
    await first(work, _client_left(call), right_ended(call, still))


async def first(*works: Coroutine[Any, Any, None]) -> None:
    """Do them beside one another until the first has ended; the others are given up."""
    tasks = [asyncio.ensure_future(one) for one in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    ended[0].result()


async def _client_left(call: Call) -> None:
    await call.client.gone(call.said)
    raise ConnectionResetError("the client has hung up")


async def right_ended(call: Call, still: Still) -> None:
    """Ask again whenever the session's person became another, to which the gate sees. Withdrawn."""
    person = call.person
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        if call.session.person is person:
            continue
        person = call.session.person
        try:
            await in_thread(_ask_again, still, person)
        except NotVisible as ended:
            raise Withdrawn from ended
        except Denied as denied:
            await in_thread(write_withdrawn, person, denied)
            raise Withdrawn from denied


def _ask_again(still: Still, person: Person) -> None:
    with defer_refusal_entry():
        still(person)
