"""Signing in and out, one's own account and second factor: allauth's views in our words and look.

Sign-up and anything by mail stay closed; links come from accounts.invitations.
"""
