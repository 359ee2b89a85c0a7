"""What is shown for another reason than rights is not shared with people who hold the same."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import Role
from hosts.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


async def test_ones_own_jobs_are_not_shown_to_another_with_the_same_rights(
    cast: Any, endpoint: Any, valkey: Any, page: Any
) -> None:
    @sync_to_async
    def made() -> None:
        member = Role.objects.get(name="member")
        for person in (cast.bob, cast.charlie):
            person.role = member
            person.save()
        for person in (cast.bob, cast.charlie):
            name = f"of-{person.name}"
            Job.objects.create(
                verb="container.start",
                endpoint=endpoint,
                intent=0,
                asked_by=person,
                asked_by_name=person.name,
                object_name=name,
            )

    await made()
    bob, charlie = await page(cast.bob), await page(cast.charlie)
    for one, name, other in ((bob, "of-Bob", "of-Charlie"), (charlie, "of-Charlie", "of-Bob")):
        told = str(await one.watch("jobs"))
        assert name in told
        assert other not in told
