"""A micro-framework on PSGI: class-based blueprints, typed paths, middleware.

It runs on any ASGI server, and without ASGI's dictionaries on Pyre's.
"""
