"""Prefect flows, and the `kolada` command that starts them: here the client, the goals and the warehouse are wired.

Nothing imports this package.
"""
