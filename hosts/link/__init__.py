"""How Haulout reaches a host: SSH, keys, the doctor, the relay. Knows no Django, no settings."""
