"""Many requests, after which nothing may have grown."""
