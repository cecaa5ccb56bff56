"""Founding an instance for a county that has none."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from planverk.cli.terminal import progress, refusals
from planverk.founding import FoundingError, found, refuse_what_is_there
from planverk.founding.answers import QUESTIONS, BadAnswer, Question


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each question."""
    for question in reversed(QUESTIONS):
        command = click.option(f"--{question.name}", help=f"{question.asks}  [{question.example}]")(command)
    return command


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--usual", is_flag=True, help="Take the usual answer to what is not given, and ask nothing.")
@_options
def found_instance(folder: Path, usual: bool, **given: str | None) -> None:
    """Found an instance: ask about the county and its first plan, and write a FOLDER that passes `check`.

    What is given as an option is not asked. FOLDER must not exist, or be empty; all of it is written, or nothing.
    """
    try:
        with refusals(folder):
            refuse_what_is_there(folder)
        answers: dict[str, str] = {}
        for question in QUESTIONS:
            answers[question.name] = _answer(question, given[question.name.replace("-", "_")], answers, usual)
        with refusals(folder):
            found(folder, answers, datetime.now(UTC).date(), progress)
    except FoundingError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Opprettet {folder}. Neste steg står i {folder / 'README.md'}.")


def _answer(question: Question, given: str | None, so_far: dict[str, str], usual: bool) -> str:
    default = question.usual(so_far) if question.usual else None
    if given is None and usual:
        if default is None:
            raise click.UsageError(f"--{question.name} mangler: {question.asks} ({question.example})")
        given = default
    if given is None:
        text = f"{question.asks} ({question.example})"
        return str(click.prompt(text, default=default, value_proc=lambda answer: _checked(question, answer)))
    return _checked(question, given)


def _checked(question: Question, answer: str) -> str:
    try:
        return question.check(answer.strip())
    except BadAnswer as why:
        # Where it is asked for, click shows the sentence and asks again; for an option the command ends.
        raise click.BadParameter(str(why), param_hint=f"--{question.name}") from None


COMMANDS = (found_instance,)
