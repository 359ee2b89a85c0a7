"""`manage.py audit`: verify the log, sign a checkpoint, close, export and drop segments."""

import getpass
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from audit import segments
from audit.checkpoint_restart import restart_checkpoints
from audit.checkpoints import checkpoint
from audit.models import Segment
from audit.shapes import AuditError, Who
from audit.verify import Report, save_report, verify


class Command(BaseCommand):
    """Exit 0 when all is well; 1 with the first bad number and what is wrong."""

    help = "Verify the audit log, sign it, export and drop old parts"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        step = steps.add_parser("verify", help="check every entry, the chain and the checkpoints")
        step.add_argument(
            "--since",
            type=int,
            metavar="NUMBER",
            help="begin after this entry, and trust all before it",
        )
        step.add_argument("--json", action="store_true", help="print the report as JSON")
        step = steps.add_parser("checkpoint", help="sign the log as it is now")
        step.add_argument(
            "--anew",
            action="store_true",
            help="after checkpoints were lost: continue with the remaining ones; this is an audit "
            "entry",
        )
        steps.add_parser("close", help="close the open segment and begin the next")
        step = steps.add_parser("export", help="write a closed segment to a file")
        step.add_argument("segment", type=int)
        step.add_argument("--folder", type=Path, help="default: audit/ in the data folder")
        step = steps.add_parser("drop", help="remove an exported segment from the database")
        step.add_argument("segment", type=int)
        step.add_argument("file", type=Path, help="the exported file, which is checked first")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["step"])(options)
        except (AuditError, OSError) as exc:
            raise CommandError(str(exc)) from exc
        except Segment.DoesNotExist as exc:
            raise CommandError(_("There is no segment %d.") % options["segment"]) from exc

    def verify(self, options: dict[str, Any]) -> None:
        report = verify(options["since"])
        save_report(report, since=options["since"] or 0)
        if options["json"]:
            self.stdout.write(json.dumps(vars(report)))
        elif report.ok:
            self.stdout.write(_("%d entries verified.") % report.count + " " + report.words)
        if not report.ok:
            raise CommandError(_fault(report), returncode=1)

    def checkpoint(self, options: dict[str, Any]) -> None:
        made = restart_checkpoints(_who()) if options["anew"] else checkpoint()
        if made is None:
            self.stdout.write(_("The log is empty: nothing to sign."))
        else:
            self.stdout.write(_("Signed up to entry %d.") % made.number)

    def close(self, options: dict[str, Any]) -> None:
        segment = segments.close(_who())
        self.stdout.write(
            _("Closed segment %(number)d: entries %(first)d to %(last)d.")
            % {"number": segment.number, "first": segment.first, "last": segment.last}
        )

    def export(self, options: dict[str, Any]) -> None:
        folder = options["folder"] or settings.HAULOUT_DATA / "audit"
        self.stdout.write(str(segments.export(options["segment"], folder)))

    def drop(self, options: dict[str, Any]) -> None:
        count = segments.drop(_who(), options["segment"], options["file"])
        self.stdout.write(_("Dropped %d entries.") % count)


def _fault(report: Report) -> str:
    number = "-" if report.first_bad is None else str(report.first_bad)
    return _("first bad entry: %(number)s (%(kind)s). %(words)s") % {
        "number": number,
        "kind": report.kind,
        "words": report.words,
    }


def _who() -> Who:
    return Who(name=_("%s at the console") % getpass.getuser(), door="console")
