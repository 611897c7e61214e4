"""What can go wrong when the published state is shared."""


class ShareError(Exception):
    """Nothing new is shared; what was shared before, and the home, are as they were. The message says why."""
