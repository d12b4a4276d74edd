"""What the system tests share: server processes, a raw HTTP/1 client, and waiting."""
