"""Outcomes that the database could not take: an fsynced file, merged once when it is back."""

import json
import os
from pathlib import Path

from hosts.jobs.outcome import Outcome, write_outcomes


class Spool:
    """One file per worker. A line is a whole outcome; a torn last line is ignored."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, outcomes: list[Outcome]) -> None:
        """Append and force to disk. OSError when even that fails."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as file:
            for outcome in outcomes:
                file.write(json.dumps(outcome.as_dict()) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def merge(self) -> int:
        """Write what is kept into the database. DatabaseError leaves the file as it is."""
        try:
            lines = self.path.read_text().splitlines()
        except FileNotFoundError:
            return 0
        kept = []
        for line in lines:
            try:
                kept.append(Outcome(**json.loads(line)))
            except ValueError:
                continue
        # written twice is harmless: a job that has ended takes no second outcome
        count = write_outcomes(kept)
        self.path.unlink()
        return count


def merge_all(folder: Path) -> int:
    """Merge every worker's spool: one of them may never come back."""
    return sum(Spool(path).merge() for path in sorted(folder.glob("*.jsonl")))
