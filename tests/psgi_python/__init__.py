"""The Python half of PSGI without a server: what sockets can't time, and what needs none."""
