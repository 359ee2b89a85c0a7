"""The one SQL database: SQLite as a file unless DATABASE_URL names PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# a worker waits for its turn; a person is told within two seconds that the database is away
PATIENT_S = 20.0
PAGE_S = 1.5
# they run for long, beside others: the console makes the file, they find it
SERVING = frozenset({"web", "worker", "beat", "link", "gate"})


def database(url: str, sqlite_file: Path, *, process: str = "console") -> dict[str, Any]:
    """Django's DATABASES entry. `url`: postgresql://user:pw@host:port/name, or ?host=/socket.

    `process` as HAULOUT_PROCESS has it; see SERVING.
    """
    if not url:
        return {
            "ENGINE": "dashboard.sqlite3",
            "NAME": sqlite_file,
            # the gate asks some fifty times for each client, and a worker looks several times a second:
            # opening the file each time was half of their work. Only for seconds, so that a file that was put
            # in its place is found. Web's threads live for one request
            "CONN_MAX_AGE": 5 if process in SERVING - {"web"} else 0,
            "OPTIONS": {
                # IMMEDIATE: a reader that turns writer would fail at once instead of waiting
                "transaction_mode": "IMMEDIATE",
                "timeout": PAGE_S if process == "web" else PATIENT_S,
                "must_exist": process in SERVING,
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
    if process == "web":
        # libpq's least; and as long for a server that was there and answers no more
        options = {"connect_timeout": "2", "tcp_user_timeout": "2000", **options}
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
