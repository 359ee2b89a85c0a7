"""Annotations that Podman, crun, runc, krun and Kata act on."""

from collections.abc import Iterator

from hosts.guardrails.proposal import Proposal

_HEADS = (
    "run.oci.",
    "io.crun",
    "krun.",
    "org.systemd.property.",
    "module.wasm",
    "io.katacontainers",
    "io.kubernetes.cri",
    "cdi.k8s.io",
    "io.podman.annotations.",
    "io.containers.",
    "com.github.containers.",
    "container.apparmor",
    "container.seccomp",
    "seccomp.security",
)
# annotations that Podman sets on containers of a kube file, and nobody reads
_ECHOES = ("io.kubernetes.cri-o.SandboxID", "io.podman.annotations.kube.health.check")


def runtime_annotations(proposal: Proposal) -> Iterator[str]:
    """Fields of annotations that are judged as security options and that a runtime acts on."""
    for part in proposal.parts:
        for fact in part.security:
            head, _equals, name = fact.value.partition("=")
            if head == "annotation" and name.startswith(_HEADS) and name not in _ECHOES:
                yield fact.field
