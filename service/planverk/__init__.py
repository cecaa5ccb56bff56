"""Publishes a county's regional plan as linked open data."""

from importlib.metadata import version

__version__ = version("planverk")
