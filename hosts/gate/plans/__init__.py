"""What each change means: its entry in the log, the rights, rules and locks, and the request made anew."""
