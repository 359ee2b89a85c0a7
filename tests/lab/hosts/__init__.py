"""Real Podman hosts on this machine, for tests and demos. Standard library only, no Django.

A host is a set of namespaces with its own address, processes, store, sshd and Podman.
"""

from .errors import LabError
from .host import Host, Login
from .lab import Lab, bring_up, lab_for_tests, load, take_down
from .needs import missing
from .place import Place

__all__ = [
    "Host",
    "Lab",
    "LabError",
    "Login",
    "Place",
    "bring_up",
    "lab_for_tests",
    "load",
    "missing",
    "take_down",
]
