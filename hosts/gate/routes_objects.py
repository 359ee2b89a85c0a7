"""The routes that change what there is, or make it, beside containers: networks, limits, secrets, pods."""

from typing import Final

from hosts.gate.routes import BOTH, DOCKER, LIBPOD, Route, Takes, table

_BOTH: Final = """
    POST /networks/{network}/connect network.connect
    POST /networks/{network}/disconnect network.disconnect
"""
# its body is the value itself, read whole too
_SECRETS: Final = """
    POST /secrets/create secret.create driver driveropts ignore labels name replace
"""
_LIBPOD: Final = """
    POST /networks/{network}/update network.update
    POST /containers/{container}/update container.update restartPolicy restartRetries
    POST /pods/create pod.create
"""
_DOCKER: Final = """
    POST /containers/{container}/update container.update
    POST /secrets/create secret.create
"""

ROUTES: Final[tuple[Route, ...]] = (
    *table(_BOTH, BOTH, takes=Takes.JSON, changes=True),
    *table(_SECRETS, LIBPOD, takes=Takes.JSON, changes=True),
    *table(_LIBPOD, LIBPOD, takes=Takes.JSON, changes=True),
    *table(_DOCKER, DOCKER, takes=Takes.JSON, changes=True),
)
