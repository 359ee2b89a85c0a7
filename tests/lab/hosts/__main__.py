"""`python -m tests.lab.hosts up 2`: the lab without Django."""

import sys

from .commands import main

sys.exit(main())
