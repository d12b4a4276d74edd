import sys

import pytest
from pyre.server.errors import ApplicationImportError, UsageError
from pyre.server.importer import ImportString, load_application, prepend_to_path

APP = "async def app(scope, receive, send): ...\n"


@pytest.mark.parametrize(
    ("text", "module", "attribute"),
    [
        ("main", "main", "app"),
        ("main:application", "main", "application"),
        ("package.main:site.app", "package.main", "site.app"),
    ],
)
def test_an_import_string_names_a_module_and_an_attribute(text, module, attribute):
    assert ImportString.parse_application(text) == ImportString(module, attribute)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        ":app",
        "main:",
        "main:app:more",
        ".main:app",
        "main.:app",
        "a b:app",
        "src/main:",
    ],
)
def test_a_malformed_import_string_is_wrong_usage(text):
    with pytest.raises(UsageError, match="module:attribute"):
        ImportString.parse_application(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("main.py", "main:app"),
        ("main.py:api", "main:api"),
        ("./main.py", "main:app"),
        ("src/main.py:app", "--app-dir src main:app"),
        ("./src/main.py", "--app-dir src main:app"),
        (".\\src\\main.py", "--app-dir src main:app"),
        ("src/main:app", "--app-dir src main:app"),
        ("my src/main.py", "--app-dir 'my src' main:app"),
        ("../main.py", "--app-dir .. main:app"),
        ("package/inner/main.py", "package.inner.main:app"),
        ("package/__init__.py:app", "package:app"),
    ],
)
def test_a_file_name_is_answered_with_the_module_that_is_meant(tmp_path, monkeypatch, text, meant):
    tmp_path.joinpath("package/inner").mkdir(parents=True)
    tmp_path.joinpath("package/__init__.py").touch()
    tmp_path.joinpath("package/inner/__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as raised:
        ImportString.parse_application(text)
    assert str(raised.value) == f"{text!r} names a file; write the module, like {meant}"


def test_an_import_string_without_colon_needs_a_default_attribute():
    with pytest.raises(UsageError):
        ImportString.parse("main")


def test_loads_the_attribute_app_by_default(write_module):
    write_module("plain", APP)
    assert load_application("plain").app is sys.modules["plain"].app


def test_loads_a_dotted_attribute_of_a_submodule(write_module):
    write_module("package.sub", APP + "class site:\n    inner = app\n")
    assert load_application("package.sub:site.inner").app is sys.modules["package.sub"].app


def test_returns_an_application_that_is_given_as_an_object():
    async def app(scope, receive, send): ...

    assert load_application(app).app is app


def test_imports_from_app_dir_first(tmp_path, write_module):
    write_module("twice", "app = None")
    inner = tmp_path / "inner"
    inner.mkdir()
    inner.joinpath("twice.py").write_text(APP, encoding="utf-8")
    assert load_application("twice", app_dir=str(inner)).app is sys.modules["twice"].app


def test_a_directory_is_prepended_once(monkeypatch):
    monkeypatch.setattr(sys, "path", ["elsewhere"])
    prepend_to_path("here")
    prepend_to_path("here")
    prepend_to_path(None)
    assert sys.path == ["here", "elsewhere"]


def test_a_factory_is_called(write_module):
    write_module("factory", APP + "def create():\n    return app\n")
    assert load_application("factory:create", factory=True).app is sys.modules["factory"].app


def test_a_class_with_the_method_of_psgi_is_a_factory(write_module):
    write_module("pages", "class Site:\n    def __psgi__(self, request): ...\n")
    application = load_application("pages:Site", factory=True)
    assert application.interface == "psgi"
    assert isinstance(application.app, sys.modules["pages"].Site)


def test_the_interface_is_that_of_what_the_factory_returns(write_module):
    write_module("factory", "def create():\n    return lambda request: None\n")
    application = load_application("factory:create", interface="psgi", factory=True)
    assert application.interface == "psgi"
    with pytest.raises(
        ApplicationImportError,
        match=r"^what the factory factory:create returned can't be called with \(scope, ",
    ):
        load_application("factory:create", factory=True)


@pytest.mark.parametrize("name", ["absent", "absent.sub", "package.absent"])
def test_a_missing_module_is_named_without_a_traceback(write_module, name):
    write_module("package.present", APP)
    with pytest.raises(ApplicationImportError, match=f"module '{name}' was not found") as raised:
        load_application(name)
    assert raised.value.__cause__ is None


def test_a_missing_attribute_is_named_without_a_traceback(write_module):
    write_module("empty", "")
    with pytest.raises(ApplicationImportError, match="'empty' has no attribute 'app'") as raised:
        load_application("empty")
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("source", "exception"),
    [
        ("import absent_dependency", ModuleNotFoundError),
        ("from sys import absent_name", ImportError),
        ("1 / 0", ZeroDivisionError),
        ("app = (", SyntaxError),
    ],
)
def test_an_exception_of_the_module_is_the_cause(write_module, source, exception):
    write_module("raising", source)
    with pytest.raises(ApplicationImportError, match=exception.__name__) as raised:
        load_application("raising")
    assert isinstance(raised.value.__cause__, exception)


def test_an_attribute_error_inside_the_module_is_the_cause(write_module):
    write_module("lazy", "def __getattr__(name):\n    return ().absent\n")
    with pytest.raises(ApplicationImportError) as raised:
        load_application("lazy")
    assert isinstance(raised.value.__cause__, AttributeError)


def test_an_exception_of_the_factory_is_the_cause(write_module):
    write_module("failing", "def create():\n    raise ValueError('no settings')\n")
    with pytest.raises(ApplicationImportError, match="factory failing:create") as raised:
        load_application("failing:create", factory=True)
    assert isinstance(raised.value.__cause__, ValueError)


def test_a_factory_that_is_not_callable_is_refused(write_module):
    write_module("number", "app = 7")
    with pytest.raises(ApplicationImportError, match=r"^number:app is not callable .* a factory"):
        load_application("number", factory=True)


def test_a_factory_that_makes_a_factory_is_not_told_to_be_one(write_module):
    write_module("nested", "def create():\n    return lambda: None\n")
    with pytest.raises(ApplicationImportError, match=r"nested:create returned .* as ASGI asks$"):
        load_application("nested:create", factory=True)


def test_a_factory_that_returns_nothing_is_refused(write_module):
    write_module("forgetful", "def create(): ...")
    with pytest.raises(ApplicationImportError, match="factory forgetful:create returned"):
        load_application("forgetful:create", factory=True)
