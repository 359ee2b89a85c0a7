"""Records of hosts, logins, endpoints and groups: registering, editing, examining."""
