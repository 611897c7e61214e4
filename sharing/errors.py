"""The errors of sharing."""


class ShareError(Exception):
    """A share failed; earlier shares and the home are unchanged. The message gives the reason."""


class PlaceError(ShareError):
    """The text that names a place is not the address of a place for shares."""
