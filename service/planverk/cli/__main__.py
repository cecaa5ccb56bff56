"""`python -m planverk.cli`."""

from planverk.cli import main

main()
