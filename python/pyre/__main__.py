"""``python -m pyre``: the same as the command ``pyre``."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # Python puts the current directory first, where a file such as random.py would hide a
        # module that the server needs. The server puts --app-dir there, before it imports APP.
        del sys.path[0]
    from pyre.server.cli import main

    main()
