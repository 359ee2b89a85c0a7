"""The matrix of people and places, in the database."""

import pytest
from django.conf import settings

from hosts import vault
from tests.access.furniture import Matrix, furnished


@pytest.fixture
def matrix(db: None, keys: None, password_hash: str) -> Matrix:
    """Who knocks, and what they knock at."""
    return furnished(password_hash)


@pytest.fixture
def transactional_matrix(transactional_db: None, keys: None, password_hash: str) -> Matrix:
    """The same where other threads see it too."""
    return furnished(password_hash)


@pytest.fixture
def vault_keys(keys: None) -> None:
    """What seals the secret parameters of jobs."""
    vault.make_keys(settings.HAULOUT_KEYS)
