"""The command line `vanthu`."""

import sys

import click
from flask import Flask
from flask.cli import FlaskGroup

from app.config import ConfigError


def register(app: Flask) -> None:
    """Bind every command to the application."""
    from app.cli import (
        audit,
        books,
        calendar,
        check,
        database,
        demo,
        department,
        keys,
        letters,
        mail,
        retention,
        serve,
        users,
        workflows,
    )

    modules = (serve, demo, check, workflows, letters, calendar, books, mail, audit)
    database.note_changes()
    for module in (*modules, users, department, keys, retention):
        for command in module.COMMANDS:
            app.cli.add_command(command)


@click.group(cls=FlaskGroup, add_default_commands=False, add_version_option=False)
def cli() -> None:
    """Văn Thư: the correspondence desk of a provincial Department of Health."""


def main() -> None:
    """Run a command; a wrong configuration is one sentence, not a traceback."""
    from app import create_app

    try:
        cli.create_app = create_app
        cli()
    except ConfigError as error:
        sys.exit(f"vanthu: {error}")
