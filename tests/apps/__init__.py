"""The applications that the system tests serve. A server imports them from this folder by name."""
