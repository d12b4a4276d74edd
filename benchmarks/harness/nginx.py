"""Run nginx as a file server, with one worker and sendfile: `nginx.py FOLDER --port PORT`."""

import argparse
import os
import tempfile
from pathlib import Path

CONFIGURATION = """
daemon off; master_process off; pid {scratch}/pid; error_log {scratch}/error.log;
events {{ worker_connections 1024; }}
http {{
    sendfile on; access_log off; keepalive_requests 1000000000;
    client_body_temp_path {scratch}; proxy_temp_path {scratch}; fastcgi_temp_path {scratch};
    uwsgi_temp_path {scratch}; scgi_temp_path {scratch};
    server {{ listen 127.0.0.1:{port}; root {folder}; index index.html; }}
}}
"""


def main() -> None:
    """Write the configuration, and become nginx."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    scratch = Path(tempfile.mkdtemp(dir=folder))
    configuration = scratch / "nginx.conf"
    text = CONFIGURATION.format(scratch=scratch, port=arguments.port, folder=folder)
    configuration.write_text(text)
    os.execlp("nginx", "nginx", "-c", str(configuration))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
