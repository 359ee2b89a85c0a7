"""Browsers in front of a whole Haulout and real hosts."""

from tests.browser.served import ada, served
from tests.lab.fixtures import clean_hosts, faults, lab, lab_folder, lab_of, own_hosts, registry

__all__ = [
    "ada",
    "clean_hosts",
    "faults",
    "lab",
    "lab_folder",
    "lab_of",
    "own_hosts",
    "registry",
    "served",
]
