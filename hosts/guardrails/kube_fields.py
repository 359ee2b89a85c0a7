"""The fields of a kube file that `podman kube play` reads, up to Podman 6.1, at every depth.

From pkg/k8s.io/api and pkg/specgen/generate/kube. IGNORED fields belong to Kubernetes, but Podman leaves
them out: they are not judged and not sent.
"""

from enum import Enum
from typing import Any


class Leaf(Enum):
    """A value without further fields. PAIRS: a mapping of any names to texts."""

    TEXT = "a text"
    NUMBER = "a number"
    TICK = "true or false"
    EITHER = "a number or a string"
    PAIRS = "a mapping"
    IGNORED = ""


TEXT, NUMBER, TICK, EITHER, PAIRS, IGNORED = Leaf
# field name to its type: a Leaf, another such mapping, or a list with one of these
Fields = dict[str, Any]


def _each(names: str, what: Any) -> Fields:
    return dict.fromkeys(names.split(), what)


METADATA: Fields = {
    "name": TEXT,
    "labels": PAIRS,
    "annotations": PAIRS,
    **_each(
        """
        generateName namespace creationTimestamp uid resourceVersion generation ownerReferences
        finalizers managedFields selfLink deletionTimestamp deletionGracePeriodSeconds clusterName
        """,
        IGNORED,
    ),
}
_HEAD: Fields = {"apiVersion": TEXT, "kind": TEXT, "metadata": METADATA, "status": IGNORED}
_ITEMS: Any = [{"key": TEXT, "path": TEXT, "mode": NUMBER}]
VOLUME: Fields = {
    "name": TEXT,
    "hostPath": {"path": TEXT, "type": TEXT},
    "persistentVolumeClaim": {"claimName": TEXT, "readOnly": IGNORED},
    "configMap": {"name": TEXT, "items": _ITEMS, "defaultMode": NUMBER, "optional": TICK},
    "secret": {"secretName": TEXT, "items": _ITEMS, "defaultMode": NUMBER, "optional": TICK},
    "emptyDir": {"medium": TEXT, "sizeLimit": IGNORED},
    "image": {"reference": TEXT, "pullPolicy": TEXT},
    # Podman refuses these itself
    **_each("downwardAPI projected csi ephemeral nfs", IGNORED),
}
# in Podman's order
SOURCES = ("hostPath", "persistentVolumeClaim", "configMap", "secret", "emptyDir", "image")
_SELINUX = _each("type level user role filetype", TEXT)
_PROFILE = _each("type localhostProfile", TEXT)
_SECURITY_OF_BOTH: Fields = {
    "seLinuxOptions": _SELINUX,
    "seccompProfile": _PROFILE,
    "appArmorProfile": _PROFILE,
    "runAsUser": NUMBER,
    "runAsGroup": NUMBER,
    **_each("runAsNonRoot windowsOptions", IGNORED),
}
SECURITY: Fields = {
    **_SECURITY_OF_BOTH,
    "privileged": TICK,
    "capabilities": {"add": [TEXT], "drop": [TEXT]},
    "allowPrivilegeEscalation": TICK,
    "procMount": TEXT,
    "readOnlyRootFilesystem": TICK,
}
POD_SECURITY: Fields = {
    **_SECURITY_OF_BOTH,
    "supplementalGroups": [NUMBER],
    "sysctls": [{"name": TEXT, "value": TEXT}],
    **_each("fsGroup fsGroupChangePolicy supplementalGroupsPolicy seLinuxChangePolicy", IGNORED),
}
_REFERENCE: Fields = {"name": TEXT, "optional": TICK}
_ENV: Fields = {
    "name": TEXT,
    "value": TEXT,
    "valueFrom": {
        "configMapKeyRef": {**_REFERENCE, "key": TEXT},
        "secretKeyRef": {**_REFERENCE, "key": TEXT},
        "fieldRef": {"apiVersion": TEXT, "fieldPath": TEXT},
        "resourceFieldRef": {"containerName": TEXT, "resource": TEXT, "divisor": EITHER},
        "fileKeyRef": IGNORED,
    },
}
_PROBE: Fields = {
    "exec": {"command": [TEXT]},
    "httpGet": {"path": TEXT, "port": EITHER, "host": TEXT, "scheme": TEXT, "httpHeaders": IGNORED},
    "tcpSocket": {"port": EITHER, "host": TEXT},
    "grpc": IGNORED,
    **_each(
        """
        initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold
        terminationGracePeriodSeconds
        """,
        NUMBER,
    ),
}
CONTAINER: Fields = {
    **_each("name image imagePullPolicy workingDir", TEXT),
    "command": [TEXT],
    "args": [TEXT],
    "env": [_ENV],
    "envFrom": [{"configMapRef": _REFERENCE, "secretRef": _REFERENCE, "prefix": IGNORED}],
    "ports": [
        {
            **_each("containerPort hostPort", NUMBER),
            **_each("hostIP name protocol", TEXT),
        }
    ],
    "resources": {"limits": PAIRS, "requests": PAIRS, "claims": IGNORED},
    "volumeMounts": [
        {
            **_each("name mountPath subPath mountPropagation", TEXT),
            "readOnly": TICK,
            **_each("subPathExpr recursiveReadOnly", IGNORED),
        }
    ],
    "volumeDevices": [_each("name devicePath", TEXT)],
    "securityContext": SECURITY,
    "livenessProbe": _PROBE,
    "readinessProbe": _PROBE,
    "startupProbe": _PROBE,
    "lifecycle": {"stopSignal": TEXT, "postStart": IGNORED, "preStop": IGNORED},
    "tty": TICK,
    **_each(
        """
        stdin stdinOnce terminationMessagePath terminationMessagePolicy restartPolicy resizePolicy
        restartPolicyRules
        """,
        IGNORED,
    ),
}
POD: Fields = {
    "containers": [CONTAINER],
    "initContainers": [CONTAINER],
    "volumes": [VOLUME],
    "securityContext": POD_SECURITY,
    **_each("hostNetwork hostPID hostIPC hostUsers shareProcessNamespace", TICK),
    **_each("hostname restartPolicy", TEXT),
    "hostAliases": [{"ip": TEXT, "hostnames": [TEXT]}],
    "terminationGracePeriodSeconds": NUMBER,
    "dnsConfig": {
        "nameservers": [TEXT],
        "searches": [TEXT],
        "options": [{"name": TEXT, "value": TEXT}],
    },
    **_each(
        """
        dnsPolicy nodeSelector nodeName serviceAccountName serviceAccount
        automountServiceAccountToken imagePullSecrets affinity tolerations schedulerName
        priorityClassName priority activeDeadlineSeconds subdomain setHostnameAsFQDN
        enableServiceLinks preemptionPolicy overhead topologySpreadConstraints readinessGates
        runtimeClassName os schedulingGates resourceClaims ephemeralContainers resources
        hostnameOverride
        """,
        IGNORED,
    ),
}
_WORKLOAD: Fields = {
    **_HEAD,
    "spec": {
        "template": {"metadata": METADATA, "spec": POD},
        "replicas": NUMBER,
        **_each(
            """
            selector strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds
            updateStrategy parallelism completions activeDeadlineSeconds backoffLimit manualSelector
            ttlSecondsAfterFinished completionMode suspend podFailurePolicy backoffLimitPerIndex
            maxFailedIndexes podReplacementPolicy successPolicy managedBy
            """,
            IGNORED,
        ),
    },
}
WITH_TEMPLATE = ("Deployment", "DaemonSet", "Job")
# by kind; Podman ignores all others
DOCUMENTS: dict[str, Fields] = {
    "Pod": {**_HEAD, "spec": POD},
    **dict.fromkeys(WITH_TEMPLATE, _WORKLOAD),
    "PersistentVolumeClaim": {**_HEAD, "spec": IGNORED},
    "ConfigMap": {**_HEAD, "data": PAIRS, "binaryData": PAIRS, "immutable": TICK},
    "Secret": {**_HEAD, "data": PAIRS, "stringData": PAIRS, "type": TEXT, "immutable": TICK},
}
