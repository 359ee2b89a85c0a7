"""Networks: one module a verb, and the fields of a new one."""
