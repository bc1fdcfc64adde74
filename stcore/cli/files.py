"""Where the command line finds the text of a script."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stcore.errors import UserError


def read_script(file: str | None, script: str | None) -> str:
    """The text of ``-c SCRIPT``, of a FILE, or of the standard input (``-``)."""
    if (file is None) == (script is None):
        raise click.UsageError("Give either -c SCRIPT, a FILE, or - for standard input.")
    if script is not None:
        return script
    assert file is not None
    if file == "-":
        return read_stdin("The script")
    return read_file(file)


def read_file(file: str) -> str:
    """The text of a script file; a byte order mark is left out. Raises :class:`UserError`."""
    try:
        return Path(file).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"The script {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"The script {file} is not UTF-8 text (byte {error.start}).") from error


def read_stdin(what: str) -> str:
    """All of the standard input; ``what`` names it in the error when it is no text."""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{what} on the standard input is not UTF-8 text (byte {error.start}).") from error
