"""Releases each folder it is told of, in a process of its own that has read the software and the vocabulary already.

What a release says is passed on: first the process that it is, last how that ended.
"""

import os
import sys

from planverk.cli.publishing import release
from planverk.dictionary import read_dictionary

read_dictionary()
for line in sys.stdin:
    process = os.fork()
    if not process:
        print(os.getpid(), flush=True)
        os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
        release([line.rstrip("\n")])
    _, status = os.waitpid(process, 0)
    print("ended", os.waitstatus_to_exitcode(status), flush=True)
