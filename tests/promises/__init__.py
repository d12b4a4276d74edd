"""What this server promises beyond the specification."""
