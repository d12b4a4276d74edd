"""``python -m pyre``: the same as the command ``pyre``."""

from pyre.server.cli import main

if __name__ == "__main__":
    main()
