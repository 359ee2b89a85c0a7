"""Child of bench_api: at each line of standard input it runs the containers page's own query.

Prints the milliseconds of each; the database is that of HAULOUT_DATA.
"""

import sys
import time

import django


def main(line: str) -> None:
    django.setup()
    # the URLs register the lists
    from django.urls import get_resolver

    from accounts.models import User
    from audit.shapes import Who
    from dashboard.live.spec import spec_named
    from dashboard.live.view import run, view_of
    from hosts.access import Person

    assert get_resolver().url_patterns
    user = User.objects.get()
    person = Person(user, Who(name="bench", door="console"))
    spec = spec_named("containers")
    assert spec is not None
    for _ in sys.stdin:
        began = time.perf_counter()
        found = run(view_of(spec, {"q": line}), person)
        took_ms = (time.perf_counter() - began) * 1000
        print(took_ms, len(found.rows), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
