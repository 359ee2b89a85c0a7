#!/usr/bin/env python3
"""The one entry: `python3 manage.py up` runs Haulout, `python3 manage.py test` tests it.

Bootstraps with the standard library only and parses on Python 3.6: an old Python gets a sentence.
"""

import sys

from dashboard.bootstrap import begin


def main() -> int:
    """Prepare the environment (once), then hand the command line to Haulout."""
    status = begin.prepare(sys.argv)
    if status is not None:
        return status
    from dashboard.cli import entry

    return entry.run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
