"""Modules that set themselves up."""
