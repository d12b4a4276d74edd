"""What may go wrong."""


class BenchmarkError(Exception):
    """The run can't go on: a tool is missing, or ours can't be built."""


class PeerError(Exception):
    """A peer could not be installed, did not start, or answered wrongly.

    It is absent from the table then, with this as the reason; the run goes on.
    """
