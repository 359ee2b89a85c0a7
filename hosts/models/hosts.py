"""Hosts, their logins and endpoints, and the groups that name sets of hosts."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts.link.certificates import WARN_BEFORE


class Group(models.Model):
    """A named set of hosts (`prod`, `edge`)."""

    name = models.SlugField(_("name"), max_length=60, unique=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """The state of a login or an endpoint. `stopped` needs a person; `away` tries again by itself."""

    CONNECTING = "connecting", _("connecting")
    UP = "up", _("up")
    DEGRADED = "degraded", _("degraded")
    AWAY = "away", _("away")
    STOPPED = "stopped", _("stopped")
    DISABLED = "disabled", _("disabled")


class Transport(models.TextChoices):
    """How streams get to a host's sockets."""

    FORWARD = "forward", _("socket forwarding")
    STDIO = "dial-stdio", _("podman system dial-stdio")


class Host(models.Model):
    """A machine: address and pinned host key; or this machine itself (kind `local`)."""

    class Kind(models.TextChoices):
        SSH = "ssh", _("over SSH")
        LOCAL = "local", _("this machine")

    name = models.SlugField(_("name"), max_length=63)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SSH)
    address = models.CharField(_("address"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("port"), default=22)
    # one known_hosts style key: "ssh-ed25519 AAAA…"; empty for this machine
    host_key = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=100, blank=True)
    # lines of known_hosts: authorities that sign its key instead, and revoked keys
    host_ca = models.TextField(blank=True)
    # another host shows the same key, and a person said that they are two machines
    another_machine = models.BooleanField(default=False)
    groups = models.ManyToManyField(Group, related_name="hosts", blank=True)
    notes = models.TextField(_("notes"), blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="host_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Login(models.Model):
    """An account on a host with its SSH key: one SSH connection each."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="logins")
    user = models.CharField(_("account"), max_length=64)
    # sealed OpenSSH private key (hosts.vault, purpose "ssh-key"); empty for this machine
    sealed_key = models.BinaryField(blank=True, default=b"")
    public_key = models.TextField(blank=True)
    # an SSH certificate beside the key, one line, and when it ends
    certificate = models.TextField(blank=True)
    certificate_until = models.DateTimeField(null=True, blank=True)
    # the last event about its end, and which end: it is written once
    certificate_told = models.CharField(max_length=80, blank=True)
    # the jump host's login; empty: dialled straight from this machine
    via = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="behind", null=True, blank=True
    )
    state = models.CharField(max_length=12, choices=State, default=State.CONNECTING)
    # the kind of the LinkError, then its words
    reason_kind = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    cure = models.TextField(blank=True)
    since = models.DateTimeField(auto_now_add=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    # found by the link. Why not forwarding: "key" permits nothing else, "sshd" forwards none
    transport = models.CharField(max_length=12, choices=Transport, blank=True)
    transport_why = models.CharField(max_length=8, blank=True)
    # sessions in use, and how many the host gives; of dial-stdio alone
    sessions_used = models.PositiveSmallIntegerField(default=0)
    sessions_most = models.PositiveSmallIntegerField(default=0)
    # the lease of the link that holds this connection: never two owners
    owner = models.CharField(max_length=80, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    @property
    def certificate_ends_soon(self) -> bool:
        """True: two weeks or less are left to have the key signed again."""
        until = self.certificate_until
        return until is not None and until - timezone.now() < WARN_BEFORE

    class Meta:
        ordering = ["host__name", "user"]
        constraints = [
            models.UniqueConstraint(fields=["host", "user"], name="login_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


class Endpoint(models.Model):
    """One Podman socket, reached through one login (rootful, or rootless of one user)."""

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="endpoints")
    # denormalised, so that lists filter and sort by host without two joins
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="endpoints")
    socket = models.CharField(_("socket"), max_length=200)
    rootless = models.BooleanField(default=False)
    # the account that owns the store: "root" or the rootless user
    user = models.CharField(max_length=64, default="root")
    enabled = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=State, default=State.CONNECTING)
    reason_kind = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    cure = models.TextField(blank=True)
    since = models.DateTimeField(auto_now_add=True)
    podman_version = models.CharField(max_length=40, blank=True)
    api_version = models.CharField(max_length=40, blank=True)
    graph_root = models.CharField(max_length=400, blank=True)
    # the cached answer of `info` (250-400 ms on the host), and its time
    info = models.JSONField(default=dict, blank=True)
    info_at = models.DateTimeField(null=True, blank=True)
    # raised by each write of its inventory; pages and the hub compare it
    revision = models.PositiveBigIntegerField(default=0)
    # the newest event read, by the host's own clock: the next event stream begins there
    events_seen_ns = models.BigIntegerField(default=0)
    # last full comparison with the host
    compared_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["host__name", "rootless", "user"]
        constraints = [
            models.UniqueConstraint(fields=["login", "socket"], name="endpoint_once"),
        ]

    def __str__(self) -> str:
        return f"{self.host}/{self.user}" if self.rootless else str(self.host)

    @property
    def host_info(self) -> dict[str, Any]:
        """The part of `info` about the host; empty before the first look."""
        return self.info.get("host") or {}
