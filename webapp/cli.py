"""The `lapak` command. A command is named here and loaded when it is called, so that a supervisor stays small."""

from __future__ import annotations

import importlib
from typing import Any

import click

from webapp.settings import SettingsError

COMMANDS = {
    "demo": ("webapp.demo.commands:demo", "Fill a database that has no orders with demo data."),
    "doctor": ("webapp.commands.doctor:doctor", "Check the totals against the orders, and mend them."),
    "init": ("webapp.supervisor.prepare:init", "Bring the database to the newest schema."),
    "orders": ("webapp.commands.orders:orders", "Change orders from files, and write them into files."),
    "run": ("webapp.supervisor.run:run", "Start everything on this machine; Ctrl-C stops it."),
    "scheduler": ("webapp.supervisor.scheduler:scheduler", "Start the scheduler alone."),
    "user": ("webapp.commands.users:user", "People who sign in."),
    "web": ("webapp.supervisor.web:web", "Start the web server alone."),
    "worker": ("webapp.supervisor.worker:worker", "Start one worker alone."),
}
"""Name → where the click command is, and its line in `lapak --help`."""


class WrongSetting(click.ClickException):
    """Ends the program with status 2 and the one line that names the variable."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


class Commands(click.Group):
    """Loads a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise WrongSetting(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lapak", prog_name="lapak")
def main() -> None:
    """Lapak, the back office for sellers who sell on many channels at once.

    Settings are environment variables LAPAK_…; a .env file in the current folder is read.
    """
