"""Which calls of Podman's API the tests send to real hosts, held against docs/coverage.md.

Podman itself writes each request into its host's log. After each test `recording` writes down the
call and the test's file. `table` reads the document. `python -m tests.lab.coverage FOLDER` compares
them. `manage.py test` does all that in a whole run. No Django.
"""
