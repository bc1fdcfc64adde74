"""``stcore``: the command line. Every group of commands is imported only when it is used.

Exit status: 0 all went well, 1 an error that was explained, 2 the command line was wrong, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from importlib import import_module

import click

from stcore import __version__
from stcore.errors import StcoreError

INTERRUPTED = 130

_COMMANDS = {
    "serve": ("stcore.cli.faces", "Open the page: serve it and open a browser."),
    "chat": ("stcore.cli.faces", "Chat in this terminal."),
    "run": ("stcore.cli.run", "Run a slash script and print what it gives."),
    "check": ("stcore.cli.scripts", "Find what is wrong with scripts, without running them."),
    "fmt": ("stcore.cli.scripts", "Lay scripts out."),
    "lsp": ("stcore.cli.scripts", "A language server for editors."),
    "sources": ("stcore.cli.connections", "Image sources: list, add, check, set, default, remove, models."),
    "texts": ("stcore.cli.connections", "Text models: list, add, check, set, default, remove, models."),
    "chats": ("stcore.cli.chats", "Stored chats: list, show, export, import, delete."),
    "characters": ("stcore.cli.characters", "Characters and their cards: list, import, export."),
    "books": ("stcore.cli.books", "World info: list, import, export, delete."),
    "presets": ("stcore.cli.presets", "What models are told and how they answer: list, select, import, prompt."),
    "pictures": ("stcore.cli.pictures", "Stored pictures: list, save."),
    "jobs": ("stcore.cli.jobs", "Pictures being made: list, watch, cancel, retry."),
    "replies": ("stcore.cli.replies", "Quick replies: list, export, import, on, off, run."),
    "styles": ("stcore.cli.styles", "Style presets: list, use, save, rename, delete, import, export."),
    "workflows": ("stcore.cli.workflows", "Graphs that pictures are made with: list, show, new, edit, import, check."),
    "modes": ("stcore.cli.modes", "Modes of pictures of your own: list, save, rename, import, export."),
    "image-prompts": ("stcore.cli.modes", "What writers of picture prompts are asked: list, show, change, reset."),
    "plugins": ("stcore.cli.lists", "Plugins: list, show, enable, disable."),
    "commands": ("stcore.cli.lists", "The slash commands that scripts can use."),
    "macros": ("stcore.cli.macros", "The macros that texts can use: all, one, or a search."),
    "expand": ("stcore.cli.macros", "Run the macros of a text."),
}


class _Lazy(click.Group):
    """Knows its commands by name; help is shown from the table above without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[name][0]), name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="stcore %(version)s")
@click.option("--data", metavar="FOLDER", help="The data folder (also STCORE_DATA).")
def cli(data: str | None) -> None:
    """Chat, scripts, and pictures from any backend.

    \b
    stcore serve                         the page, in a browser
    stcore chat                          the same in this terminal
    stcore run -c '/sd apple tree'       a script; prints the picture's file
    stcore sources add KIND --url URL    connect an image source
    """


def main() -> int:
    """Run the command line and give the exit status."""
    # Start-up makes many objects and hardly any garbage; looking for it every 700 objects took 15 ms of a script.
    gc.set_threshold(50_000)
    try:
        status = cli.main(prog_name="stcore", standalone_mode=False)
        sys.stdout.flush()
    except StcoreError as error:
        _explain(error)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. What is still buffered goes nowhere, silently.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status if isinstance(status, int) else 0


def _explain(error: StcoreError) -> None:
    """The error for people on stderr, or for programs as JSON on stdout when they asked for JSON."""
    from stcore.terminal.wording import error_text

    if "--json" in sys.argv[1:]:
        print(json.dumps({"error": error.to_dict()}, ensure_ascii=False, indent=2))
    else:
        print(error_text(error), file=sys.stderr)
