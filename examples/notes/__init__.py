"""A notebook for several people, as a tutorial: ``docs/framework/tutorial.md`` walks through it."""
