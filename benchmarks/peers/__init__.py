"""Other programs that load the same table, each with the best settings that its documentation names.

They run in a separate environment (requirements.txt). Of our code they import only the contestants' protocol, which
needs nothing but the standard library.
"""
