"""`manage.py host add|import|list|doctor|rotate|remove`: hosts from the console, as the pages do it."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from dashboard.cli import add_hosts, host_connections
from dashboard.furniture import new_host
from dashboard.furniture.new_host import AddHostError, HostCandidate
from dashboard.person import console_person
from hosts import control
from hosts.actions.hosts import certificates, edit_host, examine_host, host_address, rotate_key
from hosts.actions.hosts.known_hosts import KnownHosts
from hosts.control import ControlError
from hosts.link.messages import DoctorStep
from hosts.models import Host, Job, Login
from hosts.refusals import FieldRefusal


class Command(BaseCommand):
    help = "Hosts: add, import, list, examine (doctor), rotate keys, remove."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="add|import|list|…")
        add = what.add_parser("add", help="register a host, if its doctor finds no problem")
        add.add_argument("url", metavar="ssh://USER@ADDRESS[:PORT][/SOCKET]")
        add.add_argument("--key-file", type=Path, required=True, metavar="F", help="private key")
        add.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="F",
            help="file with the key's passphrase; without it you are asked",
        )
        add.add_argument(
            "--fingerprint", required=True, metavar="SHA256:…", help="fingerprint of the host's key"
        )
        add.add_argument("--name", default="", metavar="N", help="name in Haulout")
        add.add_argument("--group", action="append", default=[], metavar="G", help="repeatable")
        add.add_argument("--notes", default="", metavar="TEXT")
        add.add_argument(
            "--jump",
            default="",
            metavar="[USER@]NAME",
            help="registered host used as the jump host",
        )
        add.add_argument(
            "--certificate-file", type=Path, metavar="F", help="KEY-cert.pub, beside the key"
        )
        add.add_argument(
            "--host-ca-file",
            type=Path,
            metavar="F",
            help="@cert-authority lines: later keys of the host are trusted when it signed them",
        )
        add.add_argument(
            "--jump-only", action="store_true", help="only a jump host; show no Podman of its own"
        )
        many = what.add_parser("import", help="register the hosts of a file")
        many.add_argument(
            "file",
            type=Path,
            help=f"CSV with a header: {', '.join(add_hosts.COLUMNS)} (address needed); or "
            "podman-connections.json, containers.conf, a Docker context's meta.json",
        )
        many.add_argument("--key-file", type=Path, metavar="F", help="one key for all")
        many.add_argument("--known-hosts", type=Path, metavar="FILE", help="trust these host keys")
        many.add_argument("--yes", action="store_true", help="accept the shown fingerprints")
        for one in (add, many):
            one.add_argument(
                "--another-machine",
                action="store_true",
                help="allow a host key that another registered host also has, as clones of one "
                "image do",
            )
        shown = what.add_parser("list", help="all hosts with their state")
        doctor = what.add_parser("doctor", help="run the doctor on a host, step by step")
        rotate = what.add_parser(
            "rotate", help="give hosts new SSH keys, one after the other, each tested"
        )
        rotate.add_argument("names", nargs="+", metavar="NAME")
        rotate.add_argument(
            "--one-key", action="store_true", help="the same new key for all of them"
        )
        remove = what.add_parser("remove", help="remove a host from Haulout")
        for one in (doctor, remove):
            one.add_argument("name")
        for one in (shown, doctor):
            one.add_argument("--json", action="store_true")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            if what == "add":
                self._add(options)
            elif what == "import":
                self._import(options)
            elif what == "list":
                self._list(as_json=options["json"])
            elif what == "rotate":
                self._rotate([_host(name) for name in options["names"]], one=options["one_key"])
            elif what == "doctor":
                self._doctor(_host(options["name"]), as_json=options["json"])
            else:
                self._remove(_host(options["name"]))
        except AddHostError as exc:
            raise CommandError(str(exc)) from exc
        except (FieldRefusal, ControlError) as exc:
            raise CommandError(new_host.words(exc)) from exc

    def _add(self, options: dict[str, Any]) -> None:
        where = host_address.parse_address(options["url"])
        sealed, public = add_hosts.read_key(
            options["key_file"], passphrase_file=options["passphrase_file"]
        )
        wanted = HostCandidate(
            where,
            sealed_key=sealed,
            public_key=public,
            name=options["name"],
            groups=options["group"],
            notes=options["notes"],
            fingerprint=options["fingerprint"].strip(),
            via=add_hosts.jump_named(console_person(), options["jump"])
            if options["jump"]
            else None,
            jump_only=options["jump_only"],
            another_machine=options["another_machine"],
        )
        if options["certificate_file"]:
            wanted.certificate = certificates.check_certificate(
                _read(options["certificate_file"]), public_key=public, user=wanted.user
            )
        if options["host_ca_file"]:
            wanted.host_ca = certificates.check_authority(_read(options["host_ca_file"]))
        new_host.ask_key(wanted)
        new_host.examine(wanted)
        host = new_host.register(console_person(), wanted, agreed=self._another)
        async_to_sync(control.reload)()
        if wanted.jump_only:
            self.stdout.write(_("%s is registered as a jump host.") % host.name)
            return
        self.stdout.write(
            _("%(name)s is registered, with %(sockets)s.")
            % {"name": host.name, "sockets": ", ".join(_sockets(host, wanted.user))}
        )

    def _import(self, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        key = add_hosts.read_key(options["key_file"]) if options["key_file"] else None
        if file.suffix in host_connections.SUFFIXES:
            wanted, said = host_connections.read_connections(_read(file), key=key)
            for line in said:
                self.stderr.write(line)
            if not wanted:
                raise AddHostError(_("The file has no hosts."))
        else:
            wanted = add_hosts.read_rows(_read(file), key=key, folder=file.parent)
        if options["known_hosts"]:
            add_hosts.take_known(wanted, KnownHosts(_read(options["known_hosts"])))
        asked = [one for one in wanted if one.shown is None]
        add_hosts.scan_many(asked)
        for one in wanted:
            self._compare(one)
        unsure = [one for one in asked if not one.failure and not one.fingerprint]
        if unsure and not self._agreed(unsure, yes=options["yes"]):
            raise AddHostError(_("Nothing was registered."))
        add_hosts.examine_many([one for one in wanted if not one.failure])
        person = console_person()
        for one in wanted:
            try:
                if not one.failure:
                    one.another_machine = options["another_machine"]
                    host = new_host.register(person, one, agreed=self._another)
                    self.stdout.write(_("%s: registered") % host.name)
            except AddHostError as exc:
                one.failure = str(exc)
        async_to_sync(control.reload)()
        failed = [one for one in wanted if one.failure]
        for one in failed:
            self.stderr.write(f"{one}: {one.failure}")
        if failed:
            raise AddHostError(
                _("%(bad)d of %(all)d hosts were not registered.")
                % {"bad": len(failed), "all": len(wanted)}
            )

    def _compare(self, one: HostCandidate) -> None:
        try:
            if not one.failure:
                new_host.ask_key(one)
        except AddHostError as exc:
            one.failure = str(exc)

    def _agreed(self, unsure: list[HostCandidate], *, yes: bool) -> bool:
        width = max(len(str(one)) for one in unsure)
        for one in unsure:
            assert one.shown is not None
            self.stdout.write(
                f"{one!s:{width}}  {one.where.address}:{one.port}  {one.shown.fingerprint}"
                f"  {one.shown.algorithm}"
            )
        if yes:
            return True
        if not sys.stdin.isatty():
            raise AddHostError(
                _(
                    "Somebody must compare these fingerprints: give them with --known-hosts or a "
                    "column fingerprint, or accept them with --yes. Nothing was registered."
                )
            )
        self.stdout.write(_("Are these the hosts' own keys? [y/N] "), ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _another(self, one: HostCandidate, warning: str) -> bool:
        self.stderr.write(f"{one}: {warning}")
        if one.another_machine:
            return True
        if not sys.stdin.isatty():
            raise AddHostError(_("If it is another machine, add --another-machine."))
        self.stdout.write(_("Add it as another machine with the same host key? [y/N] "), ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _list(self, *, as_json: bool) -> None:
        hosts = [_host_json(host) for host in Host.objects.order_by("name")]
        if as_json:
            self.stdout.write(json.dumps(hosts, indent=2))
            return
        for host in hosts:
            for login in host["logins"]:
                for endpoint in login["endpoints"]:
                    why = endpoint["reason"] or login["reason"]
                    place = f"{login['user']}@{host['address']}:{host['port']}"
                    line = [host["name"], endpoint["state"], place, endpoint["socket"], why]
                    self.stdout.write("\t".join(line).rstrip())

    def _doctor(self, host: Host, *, as_json: bool) -> None:
        person = console_person()
        logins, well = [], True
        for login in host.logins.all():
            examine_host.ask(person, login.pk)
            steps = async_to_sync(_examined)(examine_host.doctor_request_for(login))
            bad = any(step.state == "failed" for step in steps)
            well = well and not bad
            logins.append(
                {"user": login.user, "well": not bad, "steps": [asdict(s) for s in steps]}
            )
            if not as_json:
                self._say(login, steps)
        if as_json:
            self.stdout.write(
                json.dumps({"host": host.name, "well": well, "logins": logins}, indent=2)
            )
        if not well:
            raise AddHostError(_("Problems found on %s: see the steps.") % host.name)

    def _say(self, login: Login, steps: list[DoctorStep]) -> None:
        self.stdout.write(str(login))
        for step in steps:
            self.stdout.write(
                f"  {step.state:8} {step.step:12} {step.detail or step.cause}".rstrip()
            )
            if step.cure and step.state == "failed":
                self.stdout.write(f"  {'':21} {step.cure}")

    def _rotate(self, hosts: list[Host], *, one: bool) -> None:
        batch = rotate_key.ask(console_person(), [host.pk for host in hosts], one_for_all=one)
        for left_out in batch.skipped:
            self.stderr.write(f"{left_out['name']}: {left_out['why']}")
        while batch.jobs.filter(state__in=Job.OPEN).exists():
            time.sleep(0.5)
        failed = 0
        for job in batch.jobs.order_by("pk"):
            failed += job.state != Job.State.OK
            self.stdout.write(f"{job.object_name}\t{job.get_state_display()}\t{job.error}".rstrip())
        if failed:
            raise AddHostError(_("%d keys were not rotated; see the messages above.") % failed)

    def _remove(self, host: Host) -> None:
        edit_host.remove(console_person(), host.pk)
        async_to_sync(control.reload)()
        self.stdout.write(
            _("%s is removed from Haulout; nothing on the host was changed.") % host.name
        )


async def _examined(patient: dict[str, Any]) -> list[DoctorStep]:
    latest: dict[str, DoctorStep] = {}
    async for step in control.examine(patient):
        latest[step.step] = step
    return list(latest.values())


def _host(name: str) -> Host:
    found = Host.objects.filter(name__iexact=name).first()
    if found is None:
        raise AddHostError(_("There is no host %s. `manage.py host list` shows all.") % name)
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as exc:
        raise AddHostError(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": exc}
        ) from exc


def _sockets(host: Host, user: str) -> list[str]:
    return list(host.endpoints.filter(login__user=user).values_list("socket", flat=True))


def _host_json(host: Host) -> dict[str, Any]:
    return {
        "name": host.name,
        "kind": host.kind,
        "address": host.address,
        "port": host.port,
        "fingerprint": host.fingerprint,
        "enabled": host.enabled,
        "groups": [group.name for group in host.groups.all()],
        "notes": host.notes,
        "logins": [
            {
                "user": login.user,
                "state": login.state,
                "reason": login.reason,
                "cure": login.cure,
                "via": str(login.via) if login.via else "",
                "certificate_until": login.certificate_until.isoformat()
                if login.certificate_until
                else None,
                "transport": login.transport,
                "transport_why": login.transport_why,
                "sessions": [login.sessions_used, login.sessions_most],
                "endpoints": [
                    {
                        "id": endpoint.pk,
                        "socket": endpoint.socket,
                        "user": endpoint.user,
                        "rootless": endpoint.rootless,
                        "state": endpoint.state,
                        "reason": endpoint.reason,
                        "podman_version": endpoint.podman_version,
                    }
                    for endpoint in login.endpoints.all()
                ],
            }
            for login in host.logins.all()
        ],
    }
