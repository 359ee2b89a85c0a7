"""The routes that do something to what is there, each with intent and outcome in the log.

Of what makes something new here are containers, volumes and networks; the rest is in routes_objects and
routes_images.
"""

from typing import Final

from hosts.gate.routes.table import BOTH, DOCKER, LIBPOD, Answer, Route, Takes, table

_BOTH: Final = """
    POST /containers/{container}/start container.start detachKeys recursive!
    POST /containers/{container}/stop container.stop ignore signal t timeout
    POST /containers/{container}/restart container.restart signal t timeout
    POST /containers/{container}/kill container.kill all signal
    POST /containers/{container}/pause container.pause
    POST /containers/{container}/unpause container.unpause
    POST /containers/{container}/rename container.rename name
    POST /containers/{container}/wait container.wait condition* conditions*! interval
    DELETE /containers/{container} container.remove depend force ignore link t timeout v volumes
    GET /containers/{container}/export container.export
    POST /images/{image}/tag image.tag force! repo tag
    DELETE /volumes/{volume} volume.remove force timeout
    DELETE /networks/{network} network.remove force timeout
    DELETE /secrets/{secret} secret.remove
"""
_LIBPOD: Final = """
    POST /containers/{container}/init container.init
    GET /containers/{container}/healthcheck container.healthcheck
    POST /pods/{pod}/start pod.start
    POST /pods/{pod}/stop pod.stop t timeout
    POST /pods/{pod}/restart pod.restart
    POST /pods/{pod}/kill pod.kill signal
    POST /pods/{pod}/pause pod.pause
    POST /pods/{pod}/unpause pod.unpause
    DELETE /pods/{pod} pod.remove force timeout
    POST /images/{image}/untag image.untag repo tag
    DELETE /images/{image} image.remove force ignore lookupManifest noPrune
    POST /images/pull image.pull Arch OS Variant allTags compatMode policy pullProgress \
        quiet reference retry retryDelay tlsVerify \
        authFile! password! skipTLSVerify! username!
"""
# each of them a change of its own
_SEVERAL: Final = """
    DELETE /images/remove image.remove all force ignore images* lookupManifest noPrune
"""
_DOCKER: Final = """
    DELETE /images/{image} image.remove force ignore noprune
    POST /images/create image.pull fromImage platform retry retryDelay tag
"""
_UPGRADES: Final = """
    POST /containers/{container}/attach container.attach detachKeys logs stderr stdin stdout stream
"""
_EXEC_STARTS: Final = """
    POST /exec/{exec}/start container.exec
"""
# without an entry of their own: what they belong to has one
_PARTS: Final = """
    POST /containers/{container}/resize container.attach h running w
    POST /exec/{exec}/resize container.exec h running w
"""
_MAKES: Final = """
    POST /containers/create container.create name!
"""
_STORES: Final = """
    POST /volumes/create volume.create =volume
    POST /networks/create network.create ignoreIfExists
"""
_DOCKER_MAKES: Final = """
    POST /containers/create container.create name platform
"""
_EXEC_MAKES: Final = """
    POST /containers/{container}/exec container.exec
"""
# Podman's own client does so after each
_EXEC_FORGETS: Final = """
    POST /exec/{exec}/remove container.exec force
"""

ROUTES: Final[tuple[Route, ...]] = (
    *table(_BOTH, BOTH, changes=True),
    *table(_LIBPOD, LIBPOD, changes=True),
    *table(_SEVERAL, LIBPOD),
    *table(_DOCKER, DOCKER, changes=True),
    *table(_UPGRADES, BOTH, answer=Answer.UPGRADE, changes=True),
    *table(_EXEC_STARTS, BOTH, answer=Answer.UPGRADE, takes=Takes.JSON, changes=True),
    *table(_MAKES, LIBPOD, takes=Takes.JSON, changes=True),
    *table(_STORES, BOTH, takes=Takes.JSON, changes=True),
    *table(_DOCKER_MAKES, DOCKER, takes=Takes.JSON, changes=True),
    *table(_PARTS, BOTH),
    *table(_EXEC_MAKES, BOTH, takes=Takes.JSON),
    *table(_EXEC_FORGETS, LIBPOD, takes=Takes.JSON),
)
