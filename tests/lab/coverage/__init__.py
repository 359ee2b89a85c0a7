"""Which calls of Podman's API the tests send to real hosts, held against docs/coverage.md.

Podman itself writes each request into its host's log. `recording` takes them from there after each
test and writes down the call and the test's file; `table` reads the document; `python -m
tests.lab.coverage FOLDER` compares. `manage.py test` does all that in a whole run. No Django.
"""
