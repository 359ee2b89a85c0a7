"""Kube YAML that tests on real hosts play."""

# the pod shop, whose container front mounts the claim stock
SHOP = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: stock
---
apiVersion: v1
kind: Pod
metadata:
  name: shop
  labels:
    team: sea
spec:
  containers:
  - name: front
    image: localhost/busybox:latest
    command: ["sleep", "999"]
    volumeMounts:
    - name: goods
      mountPath: /goods
  volumes:
  - name: goods
    persistentVolumeClaim:
      claimName: stock
"""


def with_pin(data: str) -> str:
    """SHOP, and a secret `till` whose `pin` (base64) front has in its environment."""
    secret = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: till\ndata:\n  pin: {data}\n---\n"
    read = "    env:\n    - name: PIN\n      valueFrom:\n        secretKeyRef: {name: till, key: pin}\n"
    return secret + SHOP.replace("    volumeMounts:\n", f"{read}    volumeMounts:\n")
