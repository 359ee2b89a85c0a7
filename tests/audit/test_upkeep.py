"""What happens every minute: sums, looks at what is new, and the whole once a day; and signing, by need."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit import write
from audit.models import Checkpoint, Entry, Verification
from audit.queries import last_verification
from audit.shapes import Target, Who
from audit.upkeep import WHOLE_EVERY, must_sign, sign, upkeep

pytestmark = pytest.mark.django_db


def test_a_minute(fill: Callable[[int], None], alice: Who, web: Target) -> None:
    fill(5)
    for _ in range(3):
        write.refusal(alice, "container.stop", web, reason="no")
    upkeep(now=timezone.now() + timedelta(minutes=1))
    refusals = Entry.objects.filter(kind="refusal").values_list("count", flat=True)
    assert sum(refusals) == 3
    assert must_sign()
    sign()
    assert Checkpoint.objects.get().number == Entry.objects.count()
    assert not must_sign()
    assert (last_verification().ok, last_verification().number) == (True, Entry.objects.count())


def test_only_news_until_a_day_is_over(fill: Callable[[int], None]) -> None:
    now = timezone.now()
    fill(5)
    first = Entry.objects.count()
    upkeep(now=now)
    upkeep(now=now)
    assert Verification.objects.count() == 1
    fill(2)
    upkeep(now=now)
    assert last_verification().since == first
    fill(2)
    upkeep(now=timezone.now() + WHOLE_EVERY + timedelta(seconds=1))
    assert (last_verification().since, last_verification().ok) == (0, True)


def test_the_file_of_the_setting_is_told(
    fill: Callable[[int], None], settings, tmp_path: Path
) -> None:
    settings.HAULOUT_AUDIT_FILE = str(tmp_path / "told.jsonl")
    fill(5)
    upkeep()
    assert (tmp_path / "told.jsonl").read_bytes().count(b"\n") == Entry.objects.count()
