"""What a request is, on a host in memory: a test chooses the pieces in which a body comes."""
