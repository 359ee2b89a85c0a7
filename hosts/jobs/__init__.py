"""Jobs from the order to the outcome: rows, claims and leases, the worker's loop.

Knows no verb: what a job does is an Action (hosts.actions), handed in by hosts.tasks.
"""
