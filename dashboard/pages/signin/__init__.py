"""Sign-in, one's own account and second factors: allauth's views with our texts and look.

There is no sign-up and no mail. Links come from accounts.invitations.
"""
