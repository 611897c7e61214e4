"""The errors of this package, as one tree.

::

    KoladaError
    ├── InvalidIdentifier (also a ValueError)   an id or a year of the wrong form; nothing was sent
    ├── InvalidRequest (also a ValueError)      a request without a route in the API; nothing was sent
    │   └── InvalidEnvironment                  an unusable variable for proxies or certificates
    ├── UnknownIdentifier (also a ValueError)   an id of the right form that is not in Kolada's catalogue
    ├── KoladaUnreachable                       no complete response arrived, in any try
    ├── KoladaDeadlineExceeded                  the time limit of one request was reached
    ├── KoladaStatusError                       a response with another status than 200
    │   ├── KoladaRefused                       3xx or 4xx: a retry would have the same result
    │   │   ├── KoladaNotFound                  404
    │   │   └── KoladaGone                      410: this version of the API is gone
    │   └── KoladaServerError                   408, 429 or 5xx in every try
    │       └── KoladaUnreadable                status 200, but the body is HTML, an error or truncated JSON
    └── KoladaContractError                     well-formed JSON that breaks the contract of the API, in every try

What belongs here: the classes only. Invariants: every error has `url`, `status` and `request_id` (None if there is
none), and can be pickled with all its attributes, since orchestrators send errors between processes. A message is
printable anywhere: half of a surrogate pair from a response is escaped.
"""

from typing import Any, Self

IF_IT_STAYS = "Try again later; if it stays, run `kolada doctor` and send us its report."
"""The end of a message about a broken response."""


class KoladaError(Exception):
    """The root: every error that this package raises.

    Attributes:
        url: The requested URL, or None if nothing was sent.
        status: The HTTP status of the response, or None if there was none.
        request_id: The id that `Landing.keep` returned, or None if the response was not kept.
        attempts: The number of tries.
    """

    def __init__(
        self,
        message: str,
        *,
        url: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message.encode(errors="backslashreplace").decode())
        self.url = url
        self.status = status
        self.request_id = request_id
        self.attempts = 1

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))

    def at(self, *, url: str | None = None, status: int | None = None, request_id: str | None = None) -> Self:
        """Set the attributes that are still None; those that are set stay."""
        self.url = self.url if self.url is not None else url
        self.status = self.status if self.status is not None else status
        self.request_id = self.request_id if self.request_id is not None else request_id
        return self


def _rebuild(kind: type[KoladaError], args: tuple[Any, ...], state: dict[str, Any]) -> KoladaError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InvalidIdentifier(KoladaError, ValueError):
    """An id, a year or a date of the wrong form; raised before anything is sent."""


class InvalidRequest(KoladaError, ValueError):
    """A request without a route in the API, or a list longer than its limit; nothing is sent."""


class InvalidEnvironment(InvalidRequest):
    """A variable of the environment (a proxy, certificates) that cannot be used; nothing is sent."""


class UnknownIdentifier(KoladaError, ValueError):
    """Ids of the right form that Kolada's catalogue does not have.

    Attributes:
        ids: The unknown ids, sorted.
    """

    def __init__(self, message: str, *, ids: tuple[str, ...] = (), **where: Any) -> None:  # noqa: ANN401 - url, status, request_id
        super().__init__(message, **where)
        self.ids = ids


class KoladaUnreachable(KoladaError):
    """No complete response arrived in any try: no connection, a dropped one, or a timeout.

    Attributes:
        connected: Whether a connection was made in some try. False means that the host was absent.
    """

    def __init__(self, message: str, *, connected: bool = False, **where: Any) -> None:  # noqa: ANN401 - url, status, request_id
        super().__init__(message, **where)
        self.connected = connected


class KoladaDeadlineExceeded(KoladaError):
    """The total time for one request, including waits, retries and all its pages, ran out."""


class KoladaStatusError(KoladaError):
    """The status of the response is not 200."""


class KoladaRefused(KoladaStatusError):
    """A 3xx or 4xx status: the same request would get the same response, so it is not sent again."""


class KoladaNotFound(KoladaRefused):
    """Status 404: no such path, or (undocumented) an unknown id."""


class KoladaGone(KoladaRefused):
    """Status 410: this version of the API no longer exists; v2 responds with it."""


class KoladaServerError(KoladaStatusError):
    """Status 408, 429 or 5xx in every try.

    Attributes:
        retry_after: The seconds of the last response's `Retry-After`, or None if it had none.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **where: Any) -> None:  # noqa: ANN401 - url, status, request_id
        super().__init__(message, **where)
        self.retry_after = retry_after


class KoladaUnreadable(KoladaServerError):
    """Status 200 with a body that is not a page: HTML, an error, truncated JSON, unknown compression, an empty body."""


class KoladaContractError(KoladaError):
    """Valid JSON that breaks the contract of the API.

    Examples: a field of another type, an unknown gender code, a missing or wrong `count`, a repeated cell, rows that
        were
    not requested, a next link to another host or to an earlier page, an empty page between others, a page from another
    kind of source than the pages before it.
    """
