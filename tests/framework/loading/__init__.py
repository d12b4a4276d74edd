"""Extensions are loaded, reloaded and unloaded, before the start and while the app runs."""
