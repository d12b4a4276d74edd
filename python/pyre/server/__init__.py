"""The server around the Rust core: command line, configuration, sockets, lifespan and signals."""
