"""The command line's entry: options, the app when no command is named, and what a failure looks like.

Nothing here imports Textual or the database; see ``EXIT_CODES`` for what a script can rely on.
"""

from __future__ import annotations

import errno
import functools
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from tui.cli import LazyGroup, output
from tui.cli.output import complain
from tui.config import ConfigError, find_places, load_settings
from tui.version import __version__

DONE, REFUSED, MISUSED, FAULT, HUNG_UP, INTERRUPTED = 0, 1, 2, 70, 129, 130

EXIT_CODES = f"""\b
Exit codes:
  {DONE:<4} done
  {REFUSED:<4} refused or not possible, or a check found something; one sentence says what
  {MISUSED:<4} the command line was wrong, or there is no terminal to draw on
  {FAULT:<4} a fault in At Bat; the log has the details
  {INTERRUPTED:<4} interrupted"""


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)
@click.option("--db", "database", metavar="FILE|URL", help="The database; else ATBAT_DB, else the config file.")
@click.option("--as", "person", metavar="NAME", help="Who you are; else ATBAT_AS, else the config file.")
@click.version_option(__version__, message="At Bat %(version)s")
@click.pass_context
def atbat(context: click.Context, database: str | None, person: str | None) -> int:
    """Work leads from the keyboard; without a command, opens the app.

    The options stand before the command: atbat --db team.db info
    """
    context.obj = functools.partial(load_settings, database, person)
    return DONE if context.invoked_subcommand else _open_app(context)


def _open_app(context: click.Context) -> int:
    if not output.on_a_terminal():
        return MISUSED
    settings = context.obj()
    from tui.logs import start_log
    from tui.start import run

    start_log(settings.places.log_file)
    return run(settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``atbat`` with the given arguments, the process's own by default; returns the exit code.

    Whatever happens, at most one sentence reaches standard error; a traceback only ever reaches the log.
    """
    os.umask(0o077)  # every file made from here on is for its owner alone
    _stand_in_for_closed_streams()
    _tolerate_any_text()
    try:
        result = atbat.main(arguments, prog_name="atbat", standalone_mode=False)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        return result if isinstance(result, int) else DONE
    except BrokenPipeError:  # whoever read our output has seen enough
        _drop(sys.stdout)
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        return _fail(error)


def _stand_in_for_closed_streams() -> None:
    """Give a stream that was closed for us (``>&-``) a place, before a database is opened as its descriptor."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (for the life of the process)


def _drop(stream: TextIO) -> None:
    """Let what is still waiting to be printed go nowhere, or Python complains about it while it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _tolerate_any_text() -> None:
    """Let a terminal that lacks a character show a stand-in for it rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fail(error: Exception) -> int:
    """Say in one sentence what is wrong, and return the exit code that goes with it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # a group without a command: what there is to choose
        for line in str(error).splitlines():
            output.say(line)
        return MISUSED
    if isinstance(error, click.UsageError):
        where = error.ctx.command_path if error.ctx else "atbat"
        complain(f"{_one_line(error)} Try '{where} --help'.")
        return MISUSED
    if isinstance(error, (click.ClickException, ConfigError)):
        complain(error.format_message() if isinstance(error, click.ClickException) else str(error))
        return REFUSED
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        _drop(sys.stdout)
        complain("the disk is full: free some space, then try again.")
        return REFUSED
    if isinstance(error, OSError) and error.errno == errno.EIO:  # the terminal is gone: there is nobody to tell
        for stream in (sys.stdout, sys.stderr):
            _drop(stream)
        return HUNG_UP
    if isinstance(error, OSError) and error.filename is not None:
        complain(f"{os.fsdecode(error.filename)}: {error.strerror}.")
        return REFUSED
    return _fail_logged(error)


def _one_line(error: click.UsageError) -> str:
    """Click's sentence without its line breaks, and what it does not say about an option in the wrong place."""
    sentence = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption) and error.option_name in {"--db", "--as"}:
        return f"{error.option_name} stands before the command: atbat {error.option_name} … {_command(error)}."
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _command(error: click.UsageError) -> str:
    return (error.ctx.info_name if error.ctx else None) or "COMMAND"


def _fail_logged(error: Exception) -> int:
    """A failure whose details are for the log: the store's refusals, and faults."""
    from tui.logs import logger, place_of, record_fault, start_log

    log_file = find_places().log_file
    start_log(log_file)
    if _is_from_store(error):
        if isinstance(error, sys.modules["store.errors"].Refusal):
            logger.info("refused in %s", place_of(error))  # no fault: nobody needs to see how it came to be said
        elif error.__cause__ is None:  # said on purpose: how it came to be said tells nothing more
            logger.warning("refused: %s", error)
        else:
            logger.warning("refused", exc_info=error)
        complain(str(error))
        return REFUSED
    complain(record_fault(error, log_file))
    return FAULT


def _is_from_store(error: Exception) -> bool:
    errors = sys.modules.get("store.errors")  # not imported yet means it cannot have been raised
    return errors is not None and isinstance(error, (errors.StoreError, errors.Refusal))


if __name__ == "__main__":
    sys.exit(main())
