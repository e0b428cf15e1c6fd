"""`mingzhang gateway …`: what an operator does with accounts on the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable

from services.gateway.domain import LANGUAGES, ROLES_OF_USERS, User
from services.kit.errors import MingzhangError


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser],
    add_user: Callable[[User, str], User],
) -> None:
    """Adds `add-user`; `add_user(user, password)` is opened when the command runs."""
    command = parser.add_parser(
        "add-user", help="add an account; the password is asked for, or read from stdin"
    )
    command.add_argument("name")
    command.add_argument("--role", action="append", required=True, choices=ROLES_OF_USERS)
    command.add_argument(
        "--division", default="", help="root of their division subtree, such as 630121; empty for all"
    )
    command.add_argument("--fund", action="append", default=[], help="a fund that may be seen; none for all")
    command.add_argument("--display-name", default="")
    command.add_argument("--email", default="")
    command.add_argument("--language", choices=LANGUAGES, default="zh")

    def run(arguments: argparse.Namespace) -> int:
        user = User(
            arguments.name,
            arguments.display_name or arguments.name,
            tuple(arguments.role),
            arguments.division,
            tuple(arguments.fund),
            arguments.email,
            arguments.language,
        )
        try:
            add_user(user, _password())
        except MingzhangError as refusal:
            sys.stderr.write(f"{refusal.zh}\n{refusal.en}\n")
            return 1
        sys.stdout.write(f"{user.name}\n")
        return 0

    command.set_defaults(run=run)


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("口令 / password: ")
    return sys.stdin.readline().rstrip("\n")
