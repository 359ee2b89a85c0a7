"""The threads in which rights are checked. Open streams have threads of their own (see `own`).

Requests share the process's threads and may wait behind writes to the log. Ending a stream must not wait
for those.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from hosts.database_threads import DatabaseThreads, in_thread

T = TypeVar("T")
_own: ContextVar[DatabaseThreads | None] = ContextVar("own threads", default=None)


async def in_rights_thread(work: Callable[[], T]) -> T:
    """As in_thread, in the current threads."""
    return await in_thread(work, threads=_own.get())


@contextmanager
def own_threads(threads: DatabaseThreads) -> Iterator[None]:
    """In the block, this task checks rights in `threads`."""
    token = _own.set(threads)
    try:
        yield
    finally:
        _own.reset(token)
