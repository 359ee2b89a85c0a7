"""The routes that send images, archives and files about. All of them change something, or send it away.

Not here: what names a file or an address that the host itself would read (`local/images/load`, the `url` of
an import, `images/scp`).
"""

from typing import Final

from hosts.gate.routes.table import BOTH, DOCKER, LIBPOD, Route, Takes, table

_ARCHIVES: Final = """
    PUT /containers/{container}/archive container.files_edit copyUIDGID noOverwriteDirNonDir path pause rename
    POST /images/load image.load quiet
"""
# what writes to the host's disk is not here (outputs)
_BUILDS: Final = """
    POST /build image.build additionalbuildcontexts addcaps allplatforms annotations apparmor buildargs \
        cachefrom cacheto cachettl cgroupparent compatvolumes cpuperiod cpuquota cpusetcpus \
        cpusetmems cpushares createdannotation devices dnsoptions dnssearch dnsservers dockerfile dropcaps \
        excludes extrahosts forcerm httpproxy identitylabel idmappingoptions ignore inheritannotations \
        inheritlabels isolation jobs labelopts labels layerLabel* layers manifest memory memswap \
        networkmode nocache nohosts nsoptions omithistory output outputformat platform* pull pullpolicy \
        q retry retry-delay rewritetimestamp rm save-stages seccomp secrets shmsize skipunusedstages \
        sourcedateepoch setenv* squash stage-labels t* target timestamp tlsVerify ulimits \
        unsetannotation* unsetenv* unsetlabel* version volume*
"""
_LIBPOD_ARCHIVES: Final = """
    POST /images/import image.import architecture changes* message os reference variant
"""
_DOCKER_ARCHIVES: Final = """
    POST /images/create image.import +fromSrc changes* message platform repo tag
"""
_BOTH: Final = """
    GET /images/search image.search authFile! filters limit listTags term tlsVerify
"""
_LIBPOD: Final = """
    GET /images/{image}/get image.save compress format
    GET /images/export image.save compress format ociAcceptUncompressedLayers references*
    POST /images/{image}/push image.push all compressionFormat compressionLevel destination \
        forceCompressionFormat format quiet removeSignatures retry retryDelay tlsVerify \
        authFile! compress! password! skipTLSVerify! username!
    POST /commit container.commit {container} author changes* comment format pause repo squash stream tag
"""
_DOCKER: Final = """
    GET /images/{image}/get image.save platform
    GET /images/get image.save names* platform
    POST /images/{image}/push image.push all compress destination format platform tag tlsVerify
    POST /commit container.commit {container} author changes* comment pause repo squash tag
"""

ROUTES: Final[tuple[Route, ...]] = (
    *table(_ARCHIVES, BOTH, takes=Takes.ARCHIVE, changes=True),
    *table(_BUILDS, BOTH, takes=Takes.ARCHIVE, changes=True),
    *table(_LIBPOD_ARCHIVES, LIBPOD, takes=Takes.ARCHIVE, changes=True),
    *table(_DOCKER_ARCHIVES, DOCKER, takes=Takes.ARCHIVE, changes=True),
    *table(_BOTH, BOTH, changes=True),
    *table(_LIBPOD, LIBPOD, changes=True),
    *table(_DOCKER, DOCKER, changes=True),
)
