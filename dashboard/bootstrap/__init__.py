"""From a bare Python to a ready environment: finds an interpreter, makes .venv, installs the locks.

Standard library only, and every file parses on Python 3.6. Knows nothing of the rest of Haulout.
"""
