"""``stcore run``: a slash script without any face."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, print_json, quiet_log
from stcore.errors import NeedsPerson, StcoreError, UserError

if TYPE_CHECKING:
    from stcore.commands.runtime import Result
    from stcore.commands.services import Button, Level


class OnceUi:
    """Nobody is there: notices go to stderr, questions take the answers given beforehand.

    With ``silent`` nothing is printed and everything is kept in ``said``.
    """

    def __init__(self, answers: Sequence[str], *, silent: bool) -> None:
        self._answers, self._silent = list(answers), silent
        self.said: list[dict[str, Any]] = []
        self.input = ""

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        self._say({"kind": "toast", "level": level, "title": title, "text": text})
        if not self._silent:
            mark = "" if level in ("info", "success") else f"{level}: "
            _note(f"{mark}{f'{title}: ' if title else ''}{text}")

    def error(self, error: StcoreError) -> None:
        from stcore.terminal.wording import error_text

        self._say({"kind": "error", "error": error.to_dict()})
        if not self._silent:
            _note(error_text(error))

    def show(self, markdown: str, title: str = "") -> None:
        """Help and the like are what was asked for, so they go to stdout."""
        self._say({"kind": "text", "title": title, "text": markdown})
        if not self._silent:
            _print(markdown)

    async def popup(self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "") -> bool | None:
        if not cancel and not self._answers:
            self.show(text, title)  # nothing to decide
            return True
        answer = self._answer(text, [ok, cancel] if cancel else [ok]).strip().lower()
        return answer in {ok.lower(), "yes", "y", "ok", "true", "1", "on"}

    async def ask(
        self, text: str, *, default: str = "", placeholder: str = "", rows: int = 4, ok: str = "OK"
    ) -> str | None:
        return self._answer(text, [])

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        labels = [button.text for button in buttons]
        answer = self._answer(text, labels)
        chosen = [part.strip() for part in answer.split(",")] if multiple else [answer.strip()]
        for label in chosen:
            if label not in labels:
                raise UserError(
                    f"The answer {label!r} is none of the buttons.", hint=f"There are: {', '.join(labels)}."
                )
        return chosen

    async def set_input(self, text: str) -> None:
        self.input = text

    async def open_chat(self, chat_id: str | None) -> None:
        """Nobody looks at a chat; the script itself goes on in it."""

    def _answer(self, question: str, choices: Sequence[str]) -> str:
        if self._answers:
            return self._answers.pop(0)
        offered = f" ({' / '.join(choices)})" if choices else ""
        raise NeedsPerson(
            f"The script asks “{question}”{offered}, and nobody is there to answer.",
            hint="Give the answers in order: stcore run --answer TEXT --answer TEXT ...",
        )

    @property
    def failed(self) -> bool:
        """Whether a command told of an error; the script may have gone on after it."""
        return any(entry["kind"] == "error" for entry in self.said)

    def _say(self, entry: dict[str, Any]) -> None:
        self.said.append(entry)


def _note(text: str) -> None:
    from stcore.terminal.wording import printable

    print(printable(text), file=sys.stderr)


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever read this has gone; the script itself goes on.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  # open until the end


@click.command()
@click.argument("file", required=False, metavar="[FILE | -]")
@click.option("-c", "script", metavar="SCRIPT", help="The script itself.")
@click.option("--arg", "arguments", multiple=True, metavar="NAME=VALUE", help="Read as {{arg::NAME}}; repeatable.")
@click.option("--answer", "answers", multiple=True, metavar="TEXT", help="Answers to questions, in order; repeatable.")
@click.option("--chat", "chat_id", metavar="ID", help="Run in this chat instead of a temporary one.")
@json_option
@data_option
def run(
    file: str | None,
    script: str | None,
    arguments: tuple[str, ...],
    answers: tuple[str, ...],
    chat_id: str | None,
    as_json: bool,
    data: str | None,
) -> int:
    """Run a slash script: `-c SCRIPT`, a FILE, or `-` for standard input.

    What the script leaves in the pipe goes to stdout, notices and errors to stderr. The exit status is 1 when the
    script or something in it failed (a picture, say), or when it was aborted with an error.
    """
    quiet_log()
    text = _script(file, script)
    given = dict(map(_argument, arguments))
    ui = OnceUi(answers, silent=as_json)
    result = asyncio.run(_run(text, data, chat_id, given, ui))
    if not (result.text or result.aborted or ui.said or text.lstrip().startswith("/")) and text.strip():
        raise UserError(
            "Nothing ran: this is no script, it does not begin with a slash.",
            hint="`stcore run -c '/help slash'` lists the commands; messages belong to `stcore chat`.",
        )
    if as_json:
        aborted = {"aborted": True, "reason": result.abort_reason} if result.aborted else {"aborted": False}
        print_json({"pipe": None if result.pipe is None else result.text, **aborted, "said": ui.said})
    elif result.text and not _already_seen(result.text, ui):
        print(result.text)
    return int((result.aborted and not result.abort_quiet) or ui.failed)


async def _run(text: str, data: str | None, chat_id: str | None, arguments: dict[str, str], ui: OnceUi) -> Result:
    from stcore.host import Host

    async with Host.open(data, face="once") as host:
        session = await host.session(chat_id, ui)
        return await session.run(text, arguments=arguments)


def _script(file: str | None, script: str | None) -> str:
    if (file is None) == (script is None):
        raise click.UsageError("Give either -c SCRIPT, a FILE, or - for standard input.")
    if script is not None:
        return script
    assert file is not None
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"The script {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"The script {file} is not UTF-8 text (byte {error.start}).") from error


def _argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{text!r} should look like NAME=VALUE.", param_hint="--arg")
    return name, value


def _already_seen(text: str, ui: OnceUi) -> bool:
    """A notice on the same screen has just said exactly this (`/echo`)."""
    last = ui.said[-1] if ui.said else {}
    same = last.get("kind") == "toast" and last.get("text") == text
    return same and sys.stdout.isatty() and sys.stderr.isatty()
