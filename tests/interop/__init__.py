"""Real frameworks behind the server, and real clients in front of it."""
