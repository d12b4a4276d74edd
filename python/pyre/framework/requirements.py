"""What the framework needs, and a server does without; imported before everything else."""

from importlib.util import find_spec

for needed in ("msgspec", "python_multipart"):
    if find_spec(needed) is None:
        raise ImportError(f"pyre.framework needs {needed}: pip install 'pyre-http[framework]'")
