"""How commands judge an instance: told as it goes, and ended when its settings do not fit what it says."""

import click

from planverk.cli.terminal import progress, refusals
from planverk.instance import Instance, InstanceError
from planverk.publication import Examination, examine
from planverk.validation.standing import Standing


def examination(instance: Instance, standing: Standing | None = None) -> Examination:
    """What an instance says, and what is wrong with it; the command ends when `planverk.toml` is about other plans."""
    try:
        with refusals(instance.folder):
            return examine(instance, progress, standing)
    except InstanceError as error:
        raise click.ClickException(str(error)) from None
