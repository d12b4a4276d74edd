"""The specification of PSGI, line by line, on every host: ``docs/spec/psgi.md``."""
