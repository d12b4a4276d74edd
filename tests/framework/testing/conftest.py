import pytest
from pyre.server.asgi import ASGIApplication

from framework.testing.applications import KINDS, Journal


@pytest.fixture
def journal() -> Journal:
    """What the application has done."""
    return []


@pytest.fixture(params=KINDS)
def app(request: pytest.FixtureRequest, journal: Journal) -> ASGIApplication:
    """The application of ``applications.py``, written in each way."""
    application: ASGIApplication = KINDS[request.param](journal)
    return application
