"""Signing up, in and out."""

from pyre import framework
from pyre.framework import App, HTTPError, Session
from pyre.framework.responses import JSONResponse

from notes import passwords
from notes.database import Database, Missing
from notes.members import members_only
from notes.models import Credentials, Person


class People(framework.Blueprint):
    """Those who write into the notebook."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @framework.endpoint("/people", methods=["POST"], thread=True)
    def sign_up(self, credentials: Credentials, session: Session) -> JSONResponse[Person]:
        """Become somebody who may sign in, and sign in."""
        password = passwords.hashed(credentials.password)
        person = self._database.add_person(credentials.name, password)
        begin(session, person)
        return JSONResponse(person, status=201)

    @framework.endpoint("/session", methods=["POST"], thread=True)
    def sign_in(self, credentials: Credentials, session: Session) -> Person:
        """Sign in."""
        try:
            person, kept = self._database.person(credentials.name)
        except Missing:
            person, kept = None, passwords.OF_NOBODY
        if not passwords.is_right(credentials.password, kept) or person is None:
            raise HTTPError(403, "The name or the password is wrong.")
        begin(session, person)
        return person

    @framework.endpoint("/session", middleware=[members_only], thread=True)
    def show(self, session: Session) -> Person:
        """Say who has signed in."""
        person, _ = self._database.person(session["name"])
        return person

    @framework.endpoint("/session", methods=["DELETE"])
    async def sign_out(self, session: Session) -> None:
        """Sign out."""
        session.clear()


def begin(session: Session, person: Person) -> None:
    """Have the session be that of a person, and nothing that was there before."""
    session.clear()
    session["name"] = person.name


def setup(app: App) -> None:
    """Register it."""
    app.add_blueprint(People(app.state.database))
