"""The error of sharing."""


class ShareError(Exception):
    """A share failed; earlier shares and the home are unchanged. The message gives the reason."""
