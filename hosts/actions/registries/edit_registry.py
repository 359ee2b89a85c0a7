"""registry.edit: registry credentials. They are sealed at once and never shown."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from audit import params, write
from audit.shapes import Target
from hosts import bells, vault
from hosts.access import Person, require
from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import PURPOSE
from hosts.models import Group, RegistryCredential
from hosts.refusals import Refusal

VERB = "registry.edit"
params.allow(VERB, "username", "erased", "replaced")


class RegistryRefused(Refusal):
    """The input cannot be stored. `field` names what to change."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name
        self.message = message


def check_registry(text: str) -> str:
    """`host[:port][/path]` in its stored form."""
    text = re.sub(r"^https?://", "", text.strip()).rstrip("/")
    try:
        # the registry is valid if an image name with it is
        reference = parse(f"{text}/x")
    except Refusal as exc:
        raise RegistryRefused("registry", str(exc)) from exc
    if reference.short:
        raise RegistryRefused(
            "registry", _("Give the registry's host name, for example registry.example.org:5000.")
        )
    return text


def keep(
    person: Person, *, registry: str, username: str, password: str, group: Group | None
) -> RegistryCredential:
    """Store or replace a registry's credential, for a group or for every host."""
    registry = check_registry(registry)
    target = Target(kind="registry", id=registry, name=registry)
    require(person, VERB, target)
    if not username.strip():
        raise RegistryRefused("username", _("Give the user name at the registry."))
    if not password:
        raise RegistryRefused("password", _("Give the password or token."))
    with transaction.atomic():
        row, made = RegistryCredential.objects.update_or_create(
            registry=registry,
            group=group,
            defaults={
                "username": username.strip(),
                "sealed_password": vault.seal(password.encode(), PURPOSE),
            },
        )
        write.event(
            person.who,
            VERB,
            target,
            params={
                "username": row.username,
                "group": group.name if group else "",
                "replaced": not made,
            },
        )
        bells.ring("audit")
    return row


def get_credential(person: Person, credential_id: int) -> RegistryCredential:
    """A credential that the person may change. Denied, RegistryCredential.DoesNotExist."""
    row = RegistryCredential.objects.select_related("group").filter(pk=credential_id).first()
    # the same error whether it exists or not, so nobody learns which exist
    require(person, VERB, _target(row) if row else Target(kind="registry", name="unknown"))
    if row is None:
        raise RegistryCredential.DoesNotExist
    return row


def erase(person: Person, credential_id: int) -> None:
    """Delete a credential. RegistryCredential.DoesNotExist when it is gone."""
    row = get_credential(person, credential_id)
    target = _target(row)
    with transaction.atomic():
        row.delete()
        write.event(person.who, VERB, target, params={"erased": True})
        bells.ring("audit")


def _target(row: RegistryCredential) -> Target:
    return Target(kind="registry", id=row.registry, name=row.registry)
