"""Others' ways to the same table, each with the best settings that its documents name.

They run in an environment of their own (requirements.txt), so nothing of ours is imported here but the contestants'
protocol, which needs the standard library only.
"""
