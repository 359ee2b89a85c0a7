"""Four processes write at once: no gap, one chain, one outcome each, every refusal counted."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry, Head
from audit.refusals import sum_refusals
from audit.verify import verify

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PROCESSES, ROUNDS = 4, 25


@pytest.mark.django_db(transaction=True)
def test_four_processes_leave_no_gap() -> None:
    name = str(connection.settings_dict["NAME"])
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.audit.writer", name, str(ROUNDS)],
            cwd=CHECKOUT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        for writer in writers:
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            writer.communicate(timeout=60)
            assert writer.returncode == 0
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
            for pipe in (writer.stdin, writer.stdout):
                pipe.close()
    sum_refusals(now=timezone.now() + timedelta(minutes=1))
    numbers = list(Entry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Head.objects.get().number == len(numbers)
    assert Entry.objects.filter(kind="intent").count() == PROCESSES * ROUNDS
    assert Entry.objects.filter(kind="outcome").count() == PROCESSES * ROUNDS
    refusals = Entry.objects.filter(kind="refusal")
    assert sum(refusals.values_list("count", flat=True)) == PROCESSES * ROUNDS
    report = verify()
    assert report.ok, report.words
    assert report.count == len(numbers)
