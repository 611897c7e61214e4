"""Exit codes, and the function that turns an error into one message and one exit code.

0  done
1  another error
2  bad input: an argument, a setting, a plan's file, a home that cannot be used
3  held: incomplete, or a blocking check; the published file is unchanged
4  the source does not respond
5  stale or held (kolada status)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from typing import NoReturn

import duckdb
import typer
from pydantic import ValidationError

from cli.consoles import ERRORS
from cli.language import plan_error_told, told
from goals import PlanError
from kolada_client import (
    InvalidIdentifier,
    InvalidRequest,
    KoladaDeadlineExceeded,
    KoladaError,
    KoladaServerError,
    KoladaStatusError,
    KoladaUnreachable,
)
from pipeline.trouble import about_files
from warehouse.errors import HomeLocked, PublishedUnrecorded, RawStoreError, WarehouseError
from warehouse.share_note import without_password

OTHER = 1
BAD_INPUT = 2
HELD = 3
UNREACHABLE = 4
STALE = 5


@contextmanager
def one_message(*bad_input: type[Exception], other: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn known errors into one message and an exit code; with KOLADA_TRACEBACK=1, print the traceback instead.

    Args:
        bad_input: more errors that mean bad input; only the command that uses them imports their classes.
        other: more errors with the exit code OTHER.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # the reader closed the pipe: Typer ends the command silently
    except bad_input as error:
        end_with(error, told(str(error)), BAD_INPUT)
    except other as error:
        end_with(error, told(str(error)), OTHER)
    except (KoladaError, PlanError, WarehouseError, ValidationError, duckdb.Error, OSError) as error:
        end_with(error, told(message_of(error)), code_of(error))


def end_with(error: Exception, message: str, code: int) -> NoReturn:
    """Print an error's message and exit; with KOLADA_TRACEBACK, raise the error itself."""
    if environ.get("KOLADA_TRACEBACK"):
        raise error
    ERRORS.print(message)
    raise typer.Exit(code) from error


def code_of(error: Exception) -> int:
    """Return the exit code of an error."""
    match error:
        case InvalidIdentifier() | InvalidRequest() | PlanError() | ValidationError():
            return BAD_INPUT
        case KoladaUnreachable() | KoladaServerError() | KoladaDeadlineExceeded() | KoladaStatusError():
            return UNREACHABLE
        case KoladaError():
            return HELD
        case HomeLocked() | RawStoreError() | PublishedUnrecorded():
            return OTHER
        case WarehouseError():
            return BAD_INPUT
        case _:
            return OTHER


def message_of(error: Exception) -> str:
    """Return the message of an error as it is printed."""
    if isinstance(error, ValidationError):
        return "\n".join(
            f"The setting KOLADA_{'_'.join(str(part) for part in finding['loc']).upper()} = "
            f"`{without_password(str(finding['input']))}` cannot be used: {finding['msg']}. "
            "Nothing was started. Correct it, or see `kolada settings`."
            for finding in error.errors()
        )
    if isinstance(error, duckdb.Error | OSError):
        return about_files(error)
    text = plan_error_told(error) if isinstance(error, PlanError) else str(error)
    if isinstance(error, KoladaError) and not isinstance(error, InvalidIdentifier | InvalidRequest):
        text += "\nThe published file is as it was."
    return text
