"""The command line of the harness: `python benchmarks run --help`."""

import sys

from harness.command_line import main

if __name__ == "__main__":
    sys.exit(main())
