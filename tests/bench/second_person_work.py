"""Child of the benchmarks: another person who may do all that the first one may. EMAIL."""

import sys

import django


def main() -> None:
    django.setup()
    from accounts.models import User

    role = User.objects.select_related("role").order_by("pk")[0].role
    User.objects.create(email=sys.argv[1], name="Second", role=role, password="!")


if __name__ == "__main__":
    main()
