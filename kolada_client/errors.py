"""What can go wrong between us and Kolada, as one tree.

::

    KoladaError
    ├── InvalidIdentifier (also a ValueError)   an id or a year that Kolada cannot mean; nothing was sent
    ├── InvalidRequest (also a ValueError)      a request that the API cannot answer; nothing was sent
    │   └── InvalidEnvironment                  a variable for proxies or certificates that cannot be used
    ├── UnknownIdentifier (also a ValueError)   an id of the right form that Kolada's catalogue does not have
    ├── KoladaUnreachable                       no whole answer arrived, in any try
    ├── KoladaDeadlineExceeded                  the time given for one request ran out
    ├── KoladaStatusError                       an answer came, and its status says no
    │   ├── KoladaRefused                       3xx or 4xx: asking again would give the same
    │   │   ├── KoladaNotFound                  404
    │   │   └── KoladaGone                      410: this version of the API is gone
    │   └── KoladaServerError                   408, 429 or 5xx, still there after every try
    │       └── KoladaUnreadable                the status was 200, but the body is HTML, an error or cut JSON
    └── KoladaContractError                     well-formed JSON that breaks the contract of the API, in every try

What belongs here: the classes and nothing else; each is raised where the fact is found. Invariants: every
error carries `url`, `status` and `request_id` (None where there is none), and survives pickling with all
its attributes, since orchestrators ship errors between processes. A message can be written anywhere: half of a
surrogate pair that an answer brought into it is shown as an escape.
"""

from typing import Any, Final, Self

IF_IT_STAYS: Final = "Try again later; if it stays, run `kolada doctor` and send us its report."
"""How a message about a broken answer ends."""


class KoladaError(Exception):
    """The root: everything that this package raises on purpose.

    Attributes:
        url: The URL that was asked, or None when nothing was sent.
        status: The HTTP status of the answer, or None when there was none.
        request_id: What `Landing.keep` called the answer, or None when it was not kept.
        attempts: How many times it was tried.
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
        """Fill in what the place that raised could not know; what is already known stays."""
        self.url = self.url if self.url is not None else url
        self.status = self.status if self.status is not None else status
        self.request_id = self.request_id if self.request_id is not None else request_id
        return self


def _rebuild(kind: type[KoladaError], args: tuple[Any, ...], state: dict[str, Any]) -> KoladaError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InvalidIdentifier(KoladaError, ValueError):
    """An id, a year or a date that does not look like one of Kolada's; raised before anything is sent."""


class InvalidRequest(KoladaError, ValueError):
    """A request that the API has no route for, or a list longer than its limit; nothing is sent."""


class InvalidEnvironment(InvalidRequest):
    """A variable of the environment (a proxy, certificates) that cannot be used; nothing is sent."""


class UnknownIdentifier(KoladaError, ValueError):
    """Ids of the right form that Kolada's catalogue does not have.

    Attributes:
        ids: Them, sorted.
    """

    def __init__(self, message: str, *, ids: tuple[str, ...] = (), **where: Any) -> None:  # noqa: ANN401 - url, status, request_id
        super().__init__(message, **where)
        self.ids = ids


class KoladaUnreachable(KoladaError):
    """No whole answer arrived in any try: no connection, a dropped one, or silence until the timeout.

    Attributes:
        connected: Whether a connection stood in some try. False means that nobody was there at all.
    """

    def __init__(self, message: str, *, connected: bool = False, **where: Any) -> None:  # noqa: ANN401 - url, status, request_id
        super().__init__(message, **where)
        self.connected = connected


class KoladaDeadlineExceeded(KoladaError):
    """The total time for one request, waits and retries and all its pages included, ran out."""


class KoladaStatusError(KoladaError):
    """An answer came and its status is not 200."""


class KoladaRefused(KoladaStatusError):
    """A status in the 300s or 400s: the same question would get the same answer, so it is not asked again."""


class KoladaNotFound(KoladaRefused):
    """Status 404: no such path, or (not settled for Kolada) an id that the API does not know."""


class KoladaGone(KoladaRefused):
    """Status 410: this version of the API is gone; v2 answers so."""


class KoladaServerError(KoladaStatusError):
    """Status 408, 429 or 5xx in every try.

    Attributes:
        retry_after: Seconds that the last answer asked us to wait, or None when it did not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **where: Any) -> None:  # noqa: ANN401 - url, status, request_id
        super().__init__(message, **where)
        self.retry_after = retry_after


class KoladaUnreadable(KoladaServerError):
    """Status 200 with a body that is no page: a web page, an error, a cut answer, another packing, nothing at all."""


class KoladaContractError(KoladaError):
    """Readable JSON that is not what the API promises.

    A field of another type, an unknown gender code, a missing or wrong `count`, a cell twice, rows that
    nobody asked for, a next link to another host or back to where we were, an empty page in the middle, a page
    from another kind of source than the pages before it.
    """
