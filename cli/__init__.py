"""The `kolada` command. Each module holds one command or one family of them; `app` puts them together."""

from cli.app import main

__all__ = ["main"]
