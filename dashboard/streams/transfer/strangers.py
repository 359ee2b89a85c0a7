"""Whether a request's headers show who sends it, asked before its body is taken."""

from collections.abc import Mapping

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from accounts import tokens
from dashboard.socket_session import user_of


async def is_signed_in(headers: Mapping[bytes, bytes]) -> bool:
    """True for a session that somebody signed in by, and for a token in force. What they may do is asked
    later, as ever. True too while the database does not answer, so that the page can say that.
    """
    return await sync_to_async(_is_signed_in, thread_sensitive=False)(headers)


def _is_signed_in(headers: Mapping[bytes, bytes]) -> bool:
    scheme, _blank, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    try:
        if scheme.lower() == "bearer":
            token = tokens.find_by_secret(secret.strip())
            return token is not None and not tokens.why_dead(token)
        return user_of({"headers": list(headers.items())})[0] is not None
    except DatabaseError:
        return True
    finally:
        close_old_connections()
