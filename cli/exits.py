"""Exit codes, and how an error becomes one message and one code.

0  done
1  something else went wrong
2  bad input: an argument, a setting, a goals file, a home that cannot be used
3  held: incomplete, or a blocking check; the published file is as it was
4  the source does not answer
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

OTHER, BAD_INPUT, HELD, UNREACHABLE, STALE = 1, 2, 3, 4, 5


@contextmanager
def one_message(*bad_input: type[Exception], other: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn the errors that we know into one message and an exit code; KOLADA_TRACEBACK=1 shows where they arose.

    Args:
        bad_input: errors of the command's own that stand for bad input. Only that command imports what raises them.
        other: errors of the command's own that stand for something else.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read our output wants no more of it; the command line ends quietly
    except bad_input as error:
        end_with(error, str(error), BAD_INPUT)
    except other as error:
        end_with(error, str(error), OTHER)
    except (KoladaError, PlanError, WarehouseError, ValidationError, duckdb.Error, OSError) as error:
        end_with(error, message_of(error), code_of(error))


def end_with(error: Exception, message: str, code: int) -> NoReturn:
    """Tell an error's message and exit; or let the error itself out where that is asked."""
    if environ.get("KOLADA_TRACEBACK"):
        raise error
    ERRORS.print(told(message))
    raise typer.Exit(code) from error


def code_of(error: Exception) -> int:
    """The exit code that an error stands for."""
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
    """What the user reads."""
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
