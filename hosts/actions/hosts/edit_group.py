"""group.edit: named sets of hosts. Removing a group removes no host."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from accounts.unique_names import refuse_taken
from audit import params, write
from audit.shapes import Target
from hosts import bells
from hosts.access import NotVisible, Person, require, visible_hosts
from hosts.actions.hosts.edit_host import INVENTORY_BELLS
from hosts.actions.hosts.group_moves import require_moves
from hosts.actions.hosts.register_host import check_groups
from hosts.models import Group
from hosts.refusals import FieldRefusal

VERB = "group.edit"
params.allow(VERB, "made", "removed", "added", "left", "notes", "registries", "grants")


def target_of_group(group: Group) -> Target:
    """The audit target of a group."""
    return Target(kind="group", id=str(group.pk), name=group.name)


def make(person: Person, *, name: str, notes: str = "") -> Group:
    """Create a group without hosts. FieldRefusal("name", …), Denied."""
    require(person, VERB, Target(kind="group", id="", name=name))
    name = _valid_name(name)
    with refuse_taken(_name_taken()):
        group = Group.objects.create(name=name, notes=notes.strip())
        write.event(person.who, VERB, target_of_group(group), params={"made": True})
        bells.ring("hosts", "audit")
    return group


def edit(person: Person, group_id: int, *, name: str, notes: str, host_ids: list[int]) -> Group:
    """Change name, notes and hosts (of those that the person sees). FieldRefusal, Denied."""
    group = get_group(person, group_id)
    name = _valid_name(name, but=group)
    before = set(group.hosts.all())
    visible = set(visible_hosts(person))
    chosen = {host for host in visible if host.pk in host_ids}
    after = (before - visible) | chosen
    asked = {
        "name": [group.name, name] if group.name != name else None,
        "notes": True if group.notes != notes.strip() else None,
        "added": sorted(host.name for host in after - before),
        "left": sorted(host.name for host in before - after),
    }
    changes = {key: value for key, value in asked.items() if value}
    if not changes:
        return group
    for host in after - before:
        require_moves(person, host, target_of_group(group), joins=[group], leaves=[])
    for host in before - after:
        require_moves(person, host, target_of_group(group), joins=[], leaves=[group])
    with refuse_taken(_name_taken()):
        group.name, group.notes = name, notes.strip()
        group.save()
        # only the requested hosts: others may have changed since
        group.hosts.add(*(after - before))
        group.hosts.remove(*(before - after))
        raise_epoch()
        write.event(person.who, VERB, target_of_group(group), params={"changes": changes})
        bells.ring("hosts", *INVENTORY_BELLS, "access", "audit")
    return group


def remove(person: Person, group_id: int) -> None:
    """Delete the group, its grants, and credentials that only it has. Hosts stay. FieldRefusal, Denied."""
    group = get_group(person, group_id)
    for host in group.hosts.all():
        require_moves(person, host, target_of_group(group), joins=[], leaves=[group])
    with transaction.atomic():
        target = target_of_group(group)
        what = {
            "removed": True,
            "hosts": sorted(group.hosts.values_list("name", flat=True)),
            "registries": sorted(group.registry_credentials.values_list("registry", flat=True)),
            "grants": group.grants.count(),
        }
        group.delete()
        raise_epoch()
        write.event(person.who, VERB, target, params=what)
        bells.ring("hosts", *INVENTORY_BELLS, "access", "audit")


def get_group(person: Person, group_id: int) -> Group:
    """The group, if the person may edit it. NotVisible, Denied."""
    require(person, VERB, Target(kind="group", id=str(group_id), name=""))
    group = Group.objects.filter(pk=group_id).first()
    if group is None:
        raise NotVisible
    return group


def _valid_name(name: str, *, but: Group | None = None) -> str:
    try:
        names = check_groups([name])
    except FieldRefusal as exc:
        raise FieldRefusal("name", exc.message) from exc
    if not names:
        raise FieldRefusal("name", _("Give the group a name."))
    same = Group.objects.filter(name__iexact=names[0])
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise _name_taken()
    return names[0]


def _name_taken() -> FieldRefusal:
    return FieldRefusal("name", _("There is already a group with this name."))
