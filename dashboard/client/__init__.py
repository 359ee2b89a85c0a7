"""`haulout`, the command line: what `/cli/haulout` serves as one file (dashboard.pages.tokens.client).

It runs on other machines, by Python 3.9 and its standard library alone: nothing here imports anything
else of ours. It starts at once, so a command imports only what it uses.
"""
