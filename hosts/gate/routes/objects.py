"""The routes that change what there is, or make it, beside containers: networks, limits, secrets, pods."""

from typing import Final

from hosts.gate.routes.table import BOTH, DOCKER, LIBPOD, Route, Takes, table

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
_CHECKPOINTS: Final = """
    POST /containers/{container}/checkpoint container.checkpoint export fileLocks ignoreRootFS \
        ignoreVolumes keep leaveRunning preCheckpoint printStats tcpEstablished withPrevious
    POST /containers/{container}/restore container.restore fileLocks ignoreRootFS ignoreStaticIP \
        ignoreStaticMAC ignoreVolumes import keep leaveRunning name pod printStats publishPorts* tcpClose \
        tcpEstablished
"""
# what they take away is listed and removed one by one
_PRUNES: Final = """
    POST /containers/prune container.prune filters
    POST /networks/prune network.prune filters
"""
_DOCKER_PRUNES: Final = """
    POST /build/prune image.prune all filters keep-storage
    POST /images/prune image.prune filters
    POST /volumes/prune volume.prune filters
"""
_LIBPOD_PRUNES: Final = """
    POST /images/prune image.prune all buildcache external filters
    POST /volumes/prune volume.prune dryrun filters
    POST /pods/prune pod.prune
    POST /system/prune - all build external filters volumes
"""
# two spellings of each
_KUBE: Final = "".join(
    f"""
    POST /{path} kube.play annotations build logDriver logOptions* network* noHostname noHosts noTrunc \
        publishAllPorts publishPorts* replace serviceContainer start staticIPs* staticMACs* userns wait \
        authFile! certDir! configMaps*! password! quiet! seccompProfileRoot! signaturePolicy! \
        skipTLSVerify! tlsVerify! username!
    DELETE /{path} kube.down force
    """
    for path in ("play/kube", "kube/play")
)
_GENERATES: Final = "".join(
    f"GET /{path} - names* noTrunc podmanOnly replicas service type\n"
    for path in ("generate/kube", "kube/generate")
)

ROUTES: Final[tuple[Route, ...]] = (
    *table(_BOTH, BOTH, takes=Takes.JSON, changes=True),
    *table(_SECRETS, LIBPOD, takes=Takes.JSON, changes=True),
    *table(_LIBPOD, LIBPOD, takes=Takes.JSON, changes=True),
    *table(_DOCKER, DOCKER, takes=Takes.JSON, changes=True),
    *table(_CHECKPOINTS, LIBPOD, changes=True),
    *table(_PRUNES, BOTH),
    *table(_DOCKER_PRUNES, DOCKER),
    *table(_LIBPOD_PRUNES, LIBPOD),
    *table(_KUBE, LIBPOD, takes=Takes.JSON),
    *table(_GENERATES, LIBPOD),
)
