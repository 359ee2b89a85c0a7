"""Real Podman hosts on this machine, for tests and demos. Standard library only, no Django.

A host is a set of namespaces with its own address, processes, store, sshd and Podman.
"""

from . import images
from .building import bring_up, lab_for_tests
from .errors import LabError
from .host import Host
from .lab import Lab, load, take_down
from .machine import Login
from .needs import missing
from .place import Place

__all__ = [
    "Host",
    "Lab",
    "LabError",
    "Login",
    "Place",
    "bring_up",
    "images",
    "lab_for_tests",
    "load",
    "missing",
    "take_down",
]
