"""Starts new checkpoints after their file or rows were lost. An entry in the log says so."""

import os
from dataclasses import asdict

import orjson
from django.db import transaction
from django.utils.dateparse import parse_datetime

from audit.checkpoints import (
    CheckpointMark,
    checkpoint,
    keep_last,
    last_file,
    marks_inside,
    marks_outside,
    outside_file,
)
from audit.keys import public_key
from audit.models import Checkpoint
from audit.shapes import Target, Who
from audit.write import event


def restart_checkpoints(who: Who) -> Checkpoint | None:
    """Log who did it, merge the valid checkpoints of file and rows, and sign. None: the log is empty. It
    does not repair a chain that contradicts a checkpoint.
    """
    public = public_key()
    outside = [
        mark for mark in marks_outside() if isinstance(mark, CheckpointMark) and mark.holds(public)
    ]
    inside = [mark for mark in marks_inside() if mark.holds(public)]
    kept = sorted({*outside, *inside}, key=lambda mark: (mark.number, mark.at))
    known = {(mark.number, mark.hash) for mark in inside}
    with transaction.atomic():
        for mark in kept:
            at = parse_datetime(mark.at)
            if (mark.number, mark.hash) not in known and at is not None:
                Checkpoint.objects.create(**asdict(mark) | {"at": at})
        known_up_to = kept[-1].number if kept else 0
        params = {"count": len(kept), "number": known_up_to}
        event(who, "audit.checkpoints_anew", Target(kind="checkpoint"), params=params)
    _write(kept)
    return checkpoint()


def _write(marks: list[CheckpointMark]) -> None:
    path = outside_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(orjson.dumps(vars(mark)) + b"\n" for mark in marks)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        # the old file is kept
        path.replace(path.with_suffix(".before"))
    draft.replace(path)
    if marks:
        keep_last(marks[-1])
    else:
        last_file().unlink(missing_ok=True)
