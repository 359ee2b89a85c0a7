"""The routes of manifest lists and artifacts, which are named by references as images are.

Not here: what names a file of the host (`artifacts/local/add`).
"""

from typing import Final

from hosts.gate.routes.table import LIBPOD, Route, Takes, table

_READS: Final = """
    GET /manifests/{manifest}/exists image.view
    GET /manifests/{manifest}/json image.inspect authFile! skipTLSVerify! tlsVerify!
    GET /artifacts/json host.view
    GET /artifacts/{artifact}/json host.view
"""
# Podman's own client says in the query of a change what its body says
_LISTS: Final = """
    POST /manifests/{new} image.list_create all amend annotations images*
    PUT /manifests/{manifest} image.list_edit tlsVerify \
        all! annotation*! annotations! arch! authFile! features*! images*! index_annotation*! \
        index_annotations! operation! os! os_features*! os_version! password! skipTLSVerify! username! \
        variant!
"""
_SENT: Final = """
    DELETE /manifests/{manifest} image.remove ignore
    POST /manifests/{manifest}/registry/{to} image.push addCompression* all compressionFormat \
        compressionLevel forceCompressionFormat format quiet removeSignatures retry retryDelay tlsVerify \
        authFile! password! skipTLSVerify! username!
    POST /artifacts/pull artifact.pull name retry retryDelay tlsVerify authFile! password! quiet! username!
    POST /artifacts/{artifact}/push artifact.push retry retryDelay tlsVerify \
        authFile! password! quiet! username!
    GET /artifacts/{artifact}/extract artifact.extract digest excludeTitle title
    DELETE /artifacts/{artifact} artifact.remove
"""
# each of them a change of its own
_SEVERAL: Final = """
    DELETE /artifacts/remove artifact.remove all artifacts* ignore
"""
_ADDS: Final = """
    POST /artifacts/add artifact.add annotations* append artifactMIMEType fileMIMEType fileName name replace
"""

ROUTES: Final[tuple[Route, ...]] = (
    *table(_READS, LIBPOD),
    *table(_LISTS, LIBPOD, takes=Takes.JSON, changes=True),
    *table(_SENT, LIBPOD, changes=True),
    *table(_SEVERAL, LIBPOD),
    *table(_ADDS, LIBPOD, takes=Takes.ARCHIVE, changes=True),
)
