import importlib

import pytest
from pyre.server.errors import ApplicationImportError
from pyre.server.importer import load_application
from pyre.server.tracebacks import application_traceback


def test_begins_at_the_first_frame_of_the_application(write_module):
    write_module("broken", "def fail():\n    raise ValueError\nfail()\n")
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the traceback is what counts
        importlib.import_module("broken")
    raised.value.__traceback__ = raised.value.__traceback__.tb_next  # this test's own frame
    first = application_traceback(raised.value)
    assert first.tb_frame.f_globals["__name__"] == "broken"
    assert first.tb_next.tb_frame.f_code.co_name == "fail"


def test_is_none_when_the_application_was_never_reached():
    with pytest.raises(ApplicationImportError) as raised:
        load_application("no_such_module_anywhere")
    raised.value.__traceback__ = raised.value.__traceback__.tb_next
    assert application_traceback(raised.value) is None
