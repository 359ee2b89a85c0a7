"""The fields of Kubernetes' Pod and what surrounds it, as `podman kube play` reads them: those that
are judged, and those that Podman leaves out or that give no rights.
"""

DOCUMENT = ("apiVersion", "kind", "metadata", "spec", "status")
WORKLOAD = frozenset(
    """
    replicas selector template strategy minReadySeconds revisionHistoryLimit paused
    progressDeadlineSeconds updateStrategy parallelism completions activeDeadlineSeconds backoffLimit
    manualSelector ttlSecondsAfterFinished completionMode suspend podFailurePolicy
    backoffLimitPerIndex maxFailedIndexes podReplacementPolicy successPolicy managedBy
    """.split()  # noqa: SIM905 - a list would be three screens long
)
TEMPLATE = ("metadata", "spec")
METADATA = frozenset(
    """
    name generateName namespace labels annotations creationTimestamp uid resourceVersion generation
    ownerReferences finalizers managedFields selfLink deletionTimestamp
    deletionGracePeriodSeconds
    """.split()  # noqa: SIM905
)
POD = frozenset(
    """
    containers initContainers volumes securityContext hostNetwork hostPID hostIPC hostUsers
    shareProcessNamespace hostname hostAliases restartPolicy terminationGracePeriodSeconds dnsPolicy
    dnsConfig nodeSelector nodeName serviceAccountName serviceAccount automountServiceAccountToken
    imagePullSecrets affinity tolerations schedulerName priorityClassName priority
    activeDeadlineSeconds subdomain setHostnameAsFQDN enableServiceLinks preemptionPolicy overhead
    topologySpreadConstraints readinessGates runtimeClassName os schedulingGates resourceClaims
    ephemeralContainers resources
    """.split()  # noqa: SIM905
)
CONTAINER = frozenset(
    """
    name image imagePullPolicy command args workingDir env envFrom ports resources volumeMounts
    volumeDevices securityContext livenessProbe readinessProbe startupProbe lifecycle stdin stdinOnce
    tty terminationMessagePath terminationMessagePolicy restartPolicy resizePolicy
    """.split()  # noqa: SIM905
)
SECURITY = frozenset(
    """
    privileged capabilities allowPrivilegeEscalation procMount readOnlyRootFilesystem runAsUser
    runAsGroup runAsNonRoot seLinuxOptions seccompProfile appArmorProfile windowsOptions
    supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls
    seLinuxChangePolicy
    """.split()  # noqa: SIM905
)
VOLUMES = frozenset(
    "name hostPath persistentVolumeClaim configMap secret emptyDir image downwardAPI projected".split()  # noqa: SIM905
)
CLAIM = frozenset(
    """
    accessModes resources storageClassName volumeMode volumeName selector dataSource dataSourceRef
    volumeAttributesClassName
    """.split()  # noqa: SIM905
)
PORT = ("containerPort", "hostPort", "hostIP", "name", "protocol")
LABELS_OF_SELINUX = ("type", "level", "user", "role", "filetype")
# annotations of a pod that Podman takes for options of its containers (pkg/specgen/generate/kube);
# a container's own has its name behind a slash
MOUNTS_FROM = "io.podman.annotations.volumes-from"
USER_SPACE = "io.podman.annotations.userns"
PRIVILEGED = "io.podman.annotations.privileged"
PIDS = "io.podman.annotations.pids-limit"
CALM_ANNOTATIONS = (
    "io.haulout.",
    "org.opencontainers.image.",
    "bind-mount-options",
    "kubectl.kubernetes.io/",
    "io.podman.annotations.autoremove",
    "io.podman.annotations.init",
    "io.podman.annotations.infra.name",
    "io.podman.annotations.kube.health.check",
    "io.podman.annotations.kube.image.volumes.mount",
    "io.containers.autoupdate",
    PIDS,
)
# of a PersistentVolumeClaim: options of the volume
VOLUME_HEAD = "volume.podman.io/"
VOLUME_OPTIONS = {
    "type": "type",
    "device": "device",
    "mount-options": "o",
    "uid": "uid",
    "gid": "gid",
    "image": "image",
    "driver": "",
}
