"""The `kolada` command. Each module has one command or one family of commands; `app` joins them."""

from cli.app import main

__all__ = ["main"]
