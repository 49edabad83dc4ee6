"""The command line: one file a command, each imported only when it is called.

A command's module has a click command named ``command``. What it does with the settings goes behind
``@with_settings``, and everything it prints goes through ``tui.cli.output``. It returns its exit code, None for 0.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Concatenate, ParamSpec, TypeVar

import click

from tui.config import Settings

COMMANDS: Mapping[str, tuple[str, str]] = {
    "backup": ("tui.cli.backup", "Copy the database whole, while people work."),
    "deal": ("tui.cli.deal", "Show an opportunity, or change it: accept, stage, amount, won, lost."),
    "deals": ("tui.cli.deals", "List opportunities, what waits for an answer first."),
    "demo": ("tui.cli.demo", "Open the program on its example data, moved to today."),
    "doctor": ("tui.cli.doctor", "Prove that nothing in the database is wrong."),
    "experiments": ("tui.cli.experiments", "Compare cadences, scripts, routings or thresholds."),
    "export": ("tui.cli.export", "Write people, at bats or touches as CSV, or your calendar as .ics."),
    "import": ("tui.cli.import_", "Read a file of people into the database."),
    "info": ("tui.cli.info", "Say which version this is and where its files are."),
    "init": ("tui.cli.init", "Make the team's database."),
    "next": ("tui.cli.next", "Take the best at bat that nobody has."),
    "recycle": ("tui.cli.recycle", "List who may come back, and bring them back."),
    "report": ("tui.cli.report", "Show a report, write it as a file, or list the records behind a figure."),
    "restore": ("tui.cli.restore", "Put a backup in the place of the database."),
    "rules": ("tui.cli.rules", "Test a rules file, show what is in force, and explain an at bat."),
    "score": ("tui.cli.score", "Explain scores, and hold them against what happened."),
    "seed": ("tui.cli.seed", "Make a database of invented people, any size."),
    "simulate": ("tui.cli.simulate", "Let a made-up team work through a year, and say what it came to."),
    "signal": ("tui.cli.signal", "Take in what somebody did: one signal, or one a line."),
    "tick": ("tui.cli.tick", "Apply the rules: clocks, expiry, staleness, alerts."),
    "users": ("tui.cli.users", "Say who is here, away or paused, and who gets how many new at bats."),
    "views": ("tui.cli.views", "List, show and keep one's own views of the queue."),
}
"""Command name -> its module, and its line in ``atbat --help``."""

P = ParamSpec("P")
R = TypeVar("R")


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports a module only to run it or show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, line = COMMANDS[cmd_name]
        command: click.Command = import_module(module).command
        command.short_help = line
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def with_settings(run: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Give a command the settings as its first argument, and a log to write to.

    They are read when the command runs, not before: help and completion work with a broken configuration.
    """

    @functools.wraps(run)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        from tui.logs import start_log

        load: Callable[[], Settings] = click.get_current_context().find_root().obj
        settings = load()
        start_log(settings.places.log_file)
        return run(settings, *args, **kwargs)

    return wrapper
