"""The matrix of people and places, in the database."""

import pytest

from tests.access.furniture import Matrix, furnished


@pytest.fixture
def matrix(db: None, keys: None, password_hash: str) -> Matrix:
    """Who knocks, and what they knock at."""
    return furnished(password_hash)


@pytest.fixture
def transactional_matrix(transactional_db: None, keys: None, password_hash: str) -> Matrix:
    """The same where other threads see it too."""
    return furnished(password_hash)
