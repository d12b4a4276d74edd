import logging
import threading

import pytest
from pyre.server import slow_start
from pyre.server.slow_start import SlowStep

PATIENCE = 30.0


@pytest.fixture
def told(monkeypatch):
    """What is logged, as it comes: an event for each line."""

    class Lines(logging.Handler):
        def __init__(self):
            super().__init__()
            self.texts = []
            self.come = threading.Event()

        def emit(self, record):
            self.texts.append(record.getMessage())
            self.come.set()

    handler = Lines()
    logger = logging.getLogger("pyre")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "level", logging.INFO)
    return handler


def test_a_slow_step_is_told_while_it_lasts_and_at_its_end(told):
    with SlowStep("the import of main:app"):
        assert told.come.wait(PATIENCE)
    first, last = told.texts
    assert first.startswith("The import of main:app is still running after 1 s, at ")
    assert "test_slow_start.py:" in first
    assert last.startswith("The import of main:app took ")


def test_a_step_that_fails_says_why_itself(told):
    def fail():
        assert told.come.wait(PATIENCE)
        raise KeyError

    with pytest.raises(KeyError), SlowStep("the import of main:app"):
        fail()
    assert len(told.texts) == 1


def test_a_quick_step_is_not_told(told, monkeypatch):
    monkeypatch.setattr(slow_start, "SLOW", PATIENCE)
    monkeypatch.setattr(slow_start, "_REMINDERS", (PATIENCE,))
    with SlowStep("the import of main:app"):
        pass
    assert told.texts == []


def test_the_command_tells_of_a_slow_import_and_a_slow_startup(run_pyre, tmp_path):
    source = """
import time
async def app(scope, receive, send):
    await receive()
    time.sleep(1.1)
    await send({"type": "lifespan.startup.failed", "message": "enough"})
time.sleep(1.1)
"""
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    lines = run_pyre("main:app", "--port", "0").stderr.splitlines()
    assert lines[0] == "The import of main:app is still running after 1 s, at main.py:7"
    assert lines[1].startswith("The import of main:app took ")
    reminder = "The startup of the lifespan is still running after 1 s, at app (main.py:5)"
    assert reminder in lines
