"""A process that writes entries into the test database: `writer.py NAME COUNT`. Used by tests."""

import sys


def main(database: str, count: int) -> None:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from audit import write
    from audit.shapes import Target, Who

    who = Who(f"process {count}", user_id=1, address="192.0.2.1", door="page")
    target = Target("container", "ab" * 32, "shop-web", 1, "web1", 2, "root")
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(count):
        with transaction.atomic():
            number = write.intent(who, "container.restart", target)
        with transaction.atomic():
            write.outcome(number, "ok", duration_ms=3)
        write.refusal(who, "container.stop", target, reason="role lacks container.stop")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
