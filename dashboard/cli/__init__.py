"""The command line before and around Django: options that must be known first, and plain sentences.

Commands themselves are in dashboard/management/commands.
"""
