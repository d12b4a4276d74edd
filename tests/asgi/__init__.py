"""What an ASGI application sees and may do, over real sockets."""
