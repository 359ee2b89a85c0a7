"""Child of the benchmarks: writes hosts from standard input into the database of HAULOUT_DATA.

Straight as rows: two hundred by `host add` would take minutes, and the doctor is not measured here.
"""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.db import transaction

    from hosts import vault
    from tests import make

    with transaction.atomic():
        for row in json.load(sys.stdin):
            host = make.host(
                row["name"],
                address=row["address"],
                port=row["port"],
                host_key=row["host_key_line"],
                fingerprint=row["fingerprint"],
            )
            key = vault.seal(row["private_key"].encode(), "ssh-key")
            make.endpoint(host, login={"sealed_key": key}, state="connecting", socket=row["socket"])


if __name__ == "__main__":
    main()
