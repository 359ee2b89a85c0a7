"""The routes that only look. Parameters are those that Podman 4.3 to 6.2 and Docker know.

Not here, of what looks: values of secrets (`showsecret`), folders of the host (`containers/showmounted`),
what a registry says of an image with the host's own credentials (`distribution`).
"""

from typing import Final

from hosts.gate.routes.table import BOTH, DOCKER, LIBPOD, Answer, Route, table

_BOTH: Final = """
    GET /_ping -
    HEAD /_ping -
    GET /version -
    GET /info - =info
    GET /containers/{container}/json container.inspect size =container
    GET /containers/{container}/top container.inspect delay descriptors*! ps_args stream
    GET /containers/{container}/logs container.logs details follow since stderr stdout tail timestamps until
    GET /containers/{container}/stats container.stats one-shot stream
    GET /containers/{container}/changes container.inspect diffType
    GET /containers/{container}/archive container.files path
    HEAD /containers/{container}/archive container.files path
    GET /exec/{exec}/json container.exec
    GET /images/json image.view all digests filters identity manifests only_ids! shared-size =images
    GET /images/{image}/json image.inspect manifests platform size =image
    GET /images/{image}/history image.inspect platform
    GET /networks/{network} network.inspect scope verbose =network
    GET /system/df - type verbose =df
"""
_LIBPOD: Final = """
    GET /containers/json container.view all external filters last limit namespace pod size sync =containers
    GET /containers/{container}/exists container.view external
    GET /images/{image}/exists image.view
    GET /images/{image}/tree image.inspect whatrequires
    GET /images/{image}/changes image.inspect diffType
    GET /images/{new}/resolve image.pull
    GET /volumes/json volume.view filters =volumes
    GET /volumes/{volume}/json volume.inspect =volume
    GET /volumes/{volume}/exists volume.view
    GET /volumes/{volume}/export volume.files
    GET /networks/json network.view filters =networks
    GET /networks/{network}/json network.inspect =network
    GET /networks/{network}/exists network.view
    GET /pods/json pod.view filters =pods
    GET /pods/{pod}/json pod.inspect =pod
    GET /pods/{pod}/exists pod.view
    GET /pods/{pod}/top pod.processes delay descriptors*! ps_args stream
    GET /secrets/json secret.view filters =secrets
    GET /secrets/{secret}/json secret.inspect
    GET /secrets/{secret}/exists secret.view
"""
_DOCKER: Final = """
    GET /containers/json container.view all before external filters limit since size trunc_cmd! =containers
    GET /volumes volume.view filters =volumes
    GET /volumes/{volume} volume.inspect =volume
    GET /networks network.view filters =networks
    GET /secrets secret.view filters =secrets
    GET /secrets/{secret} secret.inspect
"""
_LINES: Final = """
    GET /events - filters since stream until =events
"""
_STATS: Final = """
    GET /pods/stats container.stats all delay namesOrIDs* stream =pod_stats
    GET /containers/stats container.stats all containers* interval stream =stats
"""

ROUTES: Final[tuple[Route, ...]] = (
    *table(_STATS, LIBPOD, answer=Answer.LINES),
    *table(_BOTH, BOTH),
    *table(_LIBPOD, LIBPOD),
    *table(_DOCKER, DOCKER),
    *table(_LINES, BOTH, answer=Answer.LINES),
)
