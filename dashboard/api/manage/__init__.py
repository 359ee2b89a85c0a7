"""Administration for programs: hosts, groups, rules, locks, credentials, decisions. The actions of the
pages, which authorise and write the log.
"""

from dashboard.api.manage import doctor, hosts, logins

__all__ = ["doctor", "hosts", "logins"]
