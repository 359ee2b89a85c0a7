"""`manage.py bench [NAME …]`: runs tests/bench, each figure beside its baseline of the same run."""

import argparse
import importlib
import json
import signal
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

FOLDER = Path(settings.BASE_DIR) / "tests" / "bench"
COLUMNS = ("what", "figure", "baseline", "ratio", "goal", "")


class Command(BaseCommand):
    """Measures on data folders of its own; nothing of this Haulout is touched."""

    help = "Benchmarks, each beside its baseline: bench [NAME …] [--json FILE]."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Sizes have the defaults of the goals' first form."""
        parser.add_argument("name", nargs="*", help=", ".join(names()) + " (all)")
        parser.add_argument(
            "--json", metavar="FILE", type=Path, help="also write the figures to this file"
        )
        parser.add_argument("--hosts", metavar="N", type=int, help="simulated hosts (fleet)")
        parser.add_argument("--containers", metavar="N", type=int, help="on each of them")
        parser.add_argument("--browsers", metavar="N", type=int, help="that watch live lists")
        parser.add_argument(
            "--part", metavar="NAME", action="append", help="only this one (gate); may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fails when one cannot run; a goal that is not reached is a figure, no failure."""
        wanted = options["name"] or names()
        if unknown := [name for name in wanted if name not in names()]:
            raise CommandError(
                _("There is no benchmark “%(name)s”. Use one of: %(known)s.")
                % {"name": unknown[0], "known": ", ".join(names()) or _("none")}
            )
        # our hosts and processes end with us, also when we are told to stop
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        figures = importlib.import_module("tests.bench.figures")
        sizes = {k: options[k] for k in ("hosts", "containers", "browsers") if options[k]}
        failed: list[str] = []
        found: list[dict[str, Any]] = []
        for name in wanted:
            began = time.monotonic()
            self.stderr.write(f"bench {name} …")
            try:
                lines = importlib.import_module(f"tests.bench.bench_{name}").run(
                    figures.Options(**sizes, parts=tuple(options["part"] or ()))
                )
            except figures.CannotRun as lacking:
                failed.append(name)
                self.stderr.write(f"bench {name}: {lacking}")
                continue
            found += lines
            self.stdout.write(table(name, lines, took_s=time.monotonic() - began))
            if options["json"]:
                options["json"].write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        if failed:
            raise CommandError(_("Cannot run here: %s.") % ", ".join(failed))


def names() -> list[str]:
    """Benchmarks of this checkout."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def table(name: str, lines: list[dict[str, Any]], *, took_s: float) -> str:
    """The figures for eyes."""
    rows = [COLUMNS]
    for line in lines:
        unit = line["unit"]
        rows.append(
            (
                line["what"],
                f"{line['figure']:,} {unit}",
                f"{line['baseline']:,} {unit}, {line['baseline_name']}",
                "–" if line["ratio"] is None else f"{line['ratio']:,} ×",
                line["goal"],
                _verdict(line),
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    shown = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([f"{name} ({took_s:.0f} s)", *shown, ""])


def _verdict(line: dict[str, Any]) -> str:
    if line["goal"].startswith("("):
        # shown for what it explains
        return ""
    return _("reached") if line["holds"] else _("NOT REACHED")
