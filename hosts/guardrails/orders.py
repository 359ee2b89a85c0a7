"""Annotations that Podman, crun, runc, krun and Kata take for orders, whatever they are called by others."""

from collections.abc import Iterator

from hosts.guardrails.proposed import Proposed

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
# what Podman writes itself on containers of a kube file, and nobody reads
_ECHOES = ("io.kubernetes.cri-o.SandboxID", "io.podman.annotations.kube.health.check")


def orders(proposed: Proposed) -> Iterator[str]:
    """The fields of annotations that are judged as security options and would be obeyed."""
    for part in proposed.parts:
        for fact in part.security:
            head, _equals, name = fact.value.partition("=")
            if head == "annotation" and name.startswith(_HEADS) and name not in _ECHOES:
                yield fact.field
