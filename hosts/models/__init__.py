"""What Haulout keeps about hosts. Rows only; access and actions say what may be done."""

from hosts.models.access import Grant, InvitedGrant
from hosts.models.access_requests import AccessRequest
from hosts.models.approvals import Approval
from hosts.models.disk import DiskUse
from hosts.models.events import HostEvent
from hosts.models.freezes import FreezeWindow
from hosts.models.guardrails import Guardrail, RuleMet
from hosts.models.hosts import Endpoint, Group, Host, Login
from hosts.models.inventory import (
    INVENTORY,
    Container,
    Image,
    InventoryRow,
    Network,
    Pod,
    Secret,
    Unit,
    Volume,
)
from hosts.models.jobs import Batch, Job
from hosts.models.locks import ObjectLock
from hosts.models.mutes import HostMute
from hosts.models.registries import RegistryCredential
from hosts.models.stats import ContainerFigures, StatsChunk, StatsStanding
from hosts.models.terminals import OpenTerminal
from hosts.models.transfers import OpenTransfer
from hosts.models.updates import ImageUpdate, TagCheck
from hosts.models.workers import Chore, Worker

__all__ = [
    "INVENTORY",
    "AccessRequest",
    "Approval",
    "Batch",
    "Chore",
    "Container",
    "ContainerFigures",
    "DiskUse",
    "Endpoint",
    "FreezeWindow",
    "Grant",
    "Group",
    "Guardrail",
    "Host",
    "HostEvent",
    "HostMute",
    "Image",
    "ImageUpdate",
    "InventoryRow",
    "InvitedGrant",
    "Job",
    "Login",
    "Network",
    "ObjectLock",
    "OpenTerminal",
    "OpenTransfer",
    "Pod",
    "RegistryCredential",
    "RuleMet",
    "Secret",
    "StatsChunk",
    "StatsStanding",
    "TagCheck",
    "Unit",
    "Volume",
    "Worker",
]
