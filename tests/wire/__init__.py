"""What the server makes of arbitrary bytes."""
