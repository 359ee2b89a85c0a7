"""Lets pytest-django empty the audit tables after a test with real transactions.

The triggers that refuse it stand during every test, as in use, and step aside for the emptying.
"""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _audit_tables_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("django_db")
    names = set(request.fixturenames)
    real = bool(marker and marker.kwargs.get("transaction")) or bool(
        names & {"transactional_db", "live_server", "django_db_reset_sequences"}
    )
    if not real and marker is None and "db" not in names:
        yield
        return
    # asked for here, so that our steps come after its own start and before its own end
    request.getfixturevalue("transactional_db" if real else "db")
    from django.db import connection

    from audit import triggers

    if triggers.missing(connection):
        triggers.install(connection)
    yield
    if real:
        triggers.remove(connection)
