"""Sessions in the database, asked for by keys alone that Django may have made."""

import string

from django.contrib.sessions.backends.db import SessionStore as Stored

_LETTERS = frozenset(string.ascii_lowercase + string.digits)
# of a key, and of its column
_LONGEST = 40


class SessionStore(Stored):
    """As Django's. A cookie can hold anything, also a zero byte, on which PostgreSQL fails."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and 8 <= len(key) <= _LONGEST and _LETTERS.issuperset(key)
