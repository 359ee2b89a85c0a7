"""The one SQL database: SQLite as a file unless DATABASE_URL names PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str, sqlite_file: Path) -> dict[str, Any]:
    """Django's DATABASES entry. `url`: postgresql://user:pw@host:port/name, or ?host=/socket."""
    if not url:
        return {
            "ENGINE": "dashboard.sqlite3",
            "NAME": sqlite_file,
            "OPTIONS": {
                # IMMEDIATE: a reader that turns writer would fail at once instead of waiting
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    " PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
                    " PRAGMA mmap_size=268435456; PRAGMA journal_size_limit=67108864;"
                    # a checkpoint of the WAL makes one commit wait: rarer than one in a hundred
                    " PRAGMA wal_autocheckpoint=4000;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(
            f"DATABASE_URL begins with {parts.scheme}://: only postgresql:// is known here"
            " (leave it out for SQLite)"
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
