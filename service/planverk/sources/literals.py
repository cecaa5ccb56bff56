"""Literals that are not what their datatype says, which become findings instead of lines in a log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def literals_are_judged_later() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each value that does not fit its datatype; there are rules for these."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
