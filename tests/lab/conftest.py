"""Hands the lab's fixtures to every test of this folder; they live in fixtures.py."""

from tests.lab.fixtures import clean_hosts, faults, lab, lab_folder, lab_of, own_hosts, registry
from tests.lab.shared_haulout import (
    haulout_to_break,
    pytest_runtest_makereport,
    pytest_runtest_teardown,
)

__all__ = [
    "clean_hosts",
    "faults",
    "haulout_to_break",
    "lab",
    "lab_folder",
    "lab_of",
    "own_hosts",
    "pytest_runtest_makereport",
    "pytest_runtest_teardown",
    "registry",
]
