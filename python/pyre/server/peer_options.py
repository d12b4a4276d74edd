"""Answers to the options of uvicorn, gunicorn and Granian that Pyre does not have.

A table, and nothing else: for the names in the first column, what replaces the option, or that it
is not there yet and what to do until then. ``tests/server/peer_options.json`` has the complete
lists of options that it has to answer.
"""

_LEAVE_OUT = "leave it out"
_NO_WORKERS = (
    "worker processes are not there yet; leave it out, or start one Pyre for each core, each with"
    " its own --port or"
    " --uds, and let a proxy share the requests out"
)
_RECYCLING = (
    "worker processes that are replaced are not there yet; let the supervisor restart Pyre, with"
    " RuntimeMaxSec= and MemoryMax= of systemd, say"
)
_NO_RELOAD = (
    "reloading on a change is not there yet; let a watcher restart Pyre, like"
    " watchfiles 'pyre main:app' from PyPI"
)
_NO_TLS = "TLS is not there yet; let a proxy in front, such as nginx or Caddy, speak it"
_NO_HTTP2 = "HTTP/2 is not there yet; let a proxy in front, such as nginx or Caddy, speak it"
_NO_WEBSOCKETS = (
    "WebSockets are not there yet; a handshake is answered 403, so serve them by another server"
)
_NO_LIMIT = (
    "a bound on concurrent requests is not there yet; set one in the proxy, like limit_conn of"
    " nginx"
)
_NO_THREADS = (
    "the server runs the application on one thread; what blocks belongs into asyncio.to_thread"
)
_ONE_IMPLEMENTATION = f"Pyre has one implementation of this; {_LEAVE_OUT}"
_SUPERVISOR = "is up to the supervisor, like User=, Group= and UMask= of systemd"
_PROXY_SERVES_FILES = (
    "the server has no route for files; let the proxy serve them, or the framework"
)
_LOGGING = (
    "the application sets logging up, as in the page on logging of the documentation; Pyre's logger"
    " is named pyre"
)
_SYSLOG = (
    "messages go to standard error and the access log to standard output; hand both to syslog by"
    " the supervisor, or by logger(1)"
)
_NO_METRICS = (
    "metrics are not there yet; --access-log-format json has status, bytes and duration of each"
    " request"
)
_WSGI_ONLY = f"this is about the environ of WSGI, which is not there yet; {_LEAVE_OUT}"
_STRICT = "the parser follows RFC 9112 and has no lenient mode; correct the client"
_NO_TASK_PROCESSES = (
    "processes for heavy work are not there; use concurrent.futures.ProcessPoolExecutor, or a task"
    " queue"
)
_NO_CONTROL = "there is no control socket; stop Pyre by SIGTERM"
_NO_SUPERVISION = "Pyre has no worker processes to watch; let the supervisor restart it"

_TABLE = (
    # Where to listen
    ("-b --bind", "write --host HOST --port PORT, --uds PATH or --fd N"),
    (
        "--uds-permissions",
        "the socket of --uds has mode 0666; its directory decides who gets there",
    ),
    ("-m --umask", f"the mode of files {_SUPERVISOR}; the socket of --uds has mode 0666"),
    ("--reuse-port", "SO_REUSEPORT is not set; let processes share one socket by --fd N"),
    # What to run
    ("--chdir --working-dir", "write --app-dir DIR, or cd DIR before"),
    ("--pythonpath", "write --app-dir DIR, or set PYTHONPATH"),
    ("--paste --paster --paste-global", "PasteDeploy files are not read; name module:attribute"),
    ("-c --config", "there is no file of settings; write options, or variables like PYRE_PORT"),
    ("-e --env", "set it before, like env NAME=VALUE pyre main:app"),
    (
        "--env-file --env-files",
        "files of variables are not read; load them before, by: set -a; . ./.env; set +a",
    ),
    ("--check-config --print-config", "there is no file of settings to check; pyre --help has all"),
    ("--no-factory", f"APP is no factory unless --factory says so; {_LEAVE_OUT}"),
    ("--url-path-prefix", "write --root-path PATH"),
    ("--asgi-loop", "write --loop NAME"),
    ("--asgi-lifespan", "write --lifespan MODE"),
    ("--reset-contextvars", f"each request has a context of its own already; {_LEAVE_OUT}"),
    ("--debug", "write --log-level debug; debugging in the browser is up to the framework"),
    ("--spew", "tracing is up to Python; see python -m trace"),
    ("-v", "write --version"),
    ("--http --http-parser --task-impl --runtime-mode", _ONE_IMPLEMENTATION),
    # Processes and threads
    ("-w --workers --preload", _NO_WORKERS),
    ("-k --worker-class", f"Pyre calls ASGI applications itself; {_LEAVE_OUT}"),
    ("--threads --blocking-threads --blocking-threads-idle-timeout", _NO_THREADS),
    ("--runtime-threads --runtime-blocking-threads", _NO_THREADS),
    ("--max-requests --max-requests-jitter", _RECYCLING),
    ("--limit-max-requests --limit-max-requests-jitter", _RECYCLING),
    ("--workers-lifetime --workers-max-rss --rss-sample-interval --rss-samples", _RECYCLING),
    ("--respawn-failed-workers --no-respawn-failed-workers --respawn-interval", _NO_SUPERVISION),
    ("--workers-kill-timeout", "write --timeout-graceful-shutdown TIME"),
    ("--worker-tmp-dir --timeout-worker-healthcheck -t --timeout", _NO_SUPERVISION),
    ("-D --daemon", "Pyre stays in the foreground; let systemd (Type=exec) or a container run it"),
    ("-p --pid --pid-file", "there is no pid file; a supervisor knows the pid, and the log has it"),
    ("-u --user -g --group --initgroups", f"the user {_SUPERVISOR}"),
    ("-n --name --process-name", f"the name of the process can't be set; {_LEAVE_OUT}"),
    ("-R --enable-stdio-inheritance", f"standard streams are inherited already; {_LEAVE_OUT}"),
    ("--control-socket --control-socket-mode --no-control-socket", _NO_CONTROL),
    ("--dirty-app --dirty-workers --dirty-threads", _NO_TASK_PROCESSES),
    ("--dirty-timeout --dirty-graceful-timeout", _NO_TASK_PROCESSES),
    # Reloading
    ("--reload --no-reload --reload-delay --reload-engine --reload-tick", _NO_RELOAD),
    ("--reload-dir --reload-include --reload-exclude --reload-extra-file", _NO_RELOAD),
    ("--reload-paths --reload-ignore-dirs --reload-ignore-patterns", _NO_RELOAD),
    ("--reload-ignore-paths", _NO_RELOAD),
    ("--reload-ignore-worker-failure --no-reload-ignore-worker-failure", _NO_RELOAD),
    # Limits and times
    ("--limit-concurrency --worker-connections --backpressure", _NO_LIMIT),
    ("--graceful-timeout", "write --timeout-graceful-shutdown TIME"),
    ("--keep-alive", "write --timeout-keep-alive TIME"),
    (
        "--http1-keep-alive --no-http1-keep-alive",
        "connections are kept for --timeout-keep-alive, which may be short and not 0",
    ),
    ("--http1-header-read-timeout", "write --timeout-header TIME; 30000 there is 30s here"),
    ("--limit-request-fields", "write --limit-header-count N"),
    ("--limit-request-field_size", "write --limit-header-size SIZE, for all fields together"),
    (
        "--h11-max-incomplete-event-size",
        "write --limit-request-line SIZE and --limit-header-size SIZE",
    ),
    (
        "--http1-buffer-size",
        "write --limit-header-size SIZE for heads, and --limit-read-ahead SIZE for bodies",
    ),
    ("--http1-pipeline-flush --no-http1-pipeline-flush", "pipelined responses are joined already"),
    (
        "--asgi-disconnect-grace-period",
        "an application is told http.disconnect at once; there is no such period to set",
    ),
    # What is lenient
    ("--permit-obsolete-folding --strip-header-spaces", _STRICT),
    ("--permit-unconventional-http-method --permit-unconventional-http-version", _STRICT),
    ("--casefold-http-method", _STRICT),
    ("--forwarder-headers --header-map", _WSGI_ONLY),
    # Proxies and other protocols
    ("--proxy-allow-from", "write --forwarded-allow-ips LIST, which counts for it too"),
    ("--protocol --uwsgi-allow-from", "uWSGI's protocol and FastCGI are not spoken; use HTTP"),
    ("--http-protocols --http2 --http2-cleartext --http2-max-frame-size", _NO_HTTP2),
    ("--http2-adaptive-window --no-http2-adaptive-window", _NO_HTTP2),
    ("--http2-initial-connection-window-size --http2-initial-stream-window-size", _NO_HTTP2),
    ("--http2-initial-window-size --http2-max-header-list-size", _NO_HTTP2),
    ("--http2-keep-alive-interval --http2-keep-alive-timeout", _NO_HTTP2),
    ("--http2-max-concurrent-streams --http2-max-headers-size", _NO_HTTP2),
    ("--http2-max-send-buffer-size", _NO_HTTP2),
    ("--ws --ws-max-size --ws-max-queue --ws-ping-interval --ws-ping-timeout", _NO_WEBSOCKETS),
    ("--ws-per-message-deflate --websocket-max-message-size", _NO_WEBSOCKETS),
    ("--no-ws", f"{_NO_WEBSOCKETS}; {_LEAVE_OUT}"),
    # TLS
    ("--ssl-keyfile --ssl-certfile --ssl-keyfile-password --ssl-version", _NO_TLS),
    ("--ssl-cert-reqs --ssl-ca-certs --ssl-ciphers", _NO_TLS),
    ("--keyfile --certfile --cert-reqs --ca-certs --ciphers", _NO_TLS),
    ("--suppress-ragged-eofs --do-handshake-on-connect", _NO_TLS),
    ("--ssl-certificate --ssl-protocol-min --ssl-ca --ssl-crl", _NO_TLS),
    ("--ssl-client-verify --no-ssl-client-verify", _NO_TLS),
    # Responses
    ("--header", "let the application set the field, or the proxy, like add_header of nginx"),
    ("--no-sendfile", f"files that the application names are sent by sendfile; {_LEAVE_OUT}"),
    ("--static-path-route --static-path-mount", _PROXY_SERVES_FILES),
    ("--static-path-dir-to-file --static-path-expires", _PROXY_SERVES_FILES),
    # Logs and metrics
    ("--access-logfile", "write --access-log-file PATH; without it, it is on standard output"),
    (
        "--access-logformat --access-log-fmt",
        "the access log has named formats: write --access-log-format NAME",
    ),
    ("--error-logfile --log-file", "messages go to standard error; redirect it, like 2>>FILE"),
    ("--capture-output", "what the application prints goes where the shell sends it; redirect it"),
    ("--log-config --log-config-json --logger-class", _LOGGING),
    ("--log", f"messages are logged already; {_LEAVE_OUT}"),
    ("--no-log", "write --log-level critical and --no-access-log"),
    ("--log-syslog --log-syslog-to --log-syslog-prefix --log-syslog-facility", _SYSLOG),
    ("--disable-redirect-access-to-syslog", _SYSLOG),
    ("--use-colors", "colours are for terminals; FORCE_COLOR=1 in the environment forces them"),
    ("--no-use-colors", "set NO_COLOR=1 in the environment"),
    ("--statsd-host --statsd-prefix --dogstatsd-tags --enable-backlog-metric", _NO_METRICS),
    ("--metrics --metrics-address --metrics-port --metrics-scrape-interval", _NO_METRICS),
    ("--no-metrics", f"metrics are not there yet; {_LEAVE_OUT}"),
)

OPTIONS = {name: answer for names, answer in _TABLE for name in names.split()}
"""From the name of an option to its answer."""

VALUES = {
    ("interface", "asgi3"): "write --interface asgi",
    ("interface", "asgi2"): (
        "ASGI 2 is not served; wrap the application by asgiref's guarantee_single_callable"
    ),
    ("interface", "asginl"): "write --interface asgi --lifespan off",
    ("interface", "rsgi"): "RSGI is Granian's own; serve the application by ASGI",
    ("interface", "wsgi"): (
        "WSGI is not there yet; wrap the application by WSGIMiddleware of a2wsgi and serve it by"
        " ASGI"
    ),
    ("log_level", "trace"): "the least severe level is debug; write --log-level debug",
    ("log_level", "notset"): "the least severe level is debug; write --log-level debug",
    ("log_level", "warn"): "write --log-level warning",
}
"""From the name of a setting and a value that peers know to its answer."""

PREFIXES = ("UVICORN_", "GRANIAN_")
"""What the names of variables begin with of which the rest is the name of an option."""

RENAMED = {
    "HEADERS": "--header",
    "LOG_ACCESS_ENABLED": "--access-log",
    "LOG_ACCESS_FMT": "--access-log-fmt",
    "LOG_ENABLED": "--log",
    "METRICS_ENABLED": "--metrics",
    "RELOAD_DIRS": "--reload-dir",
    "RELOAD_EXCLUDES": "--reload-exclude",
    "RELOAD_INCLUDES": "--reload-include",
    "WEBSOCKETS": "--ws",
}
"""Variables of which the rest is not the option's name."""

VARIABLES = {
    "GUNICORN_CMD_ARGS": "write its options on the command line, or as variables like PYRE_PORT",
    "PORT": 'write --port "$PORT", and --host 0.0.0.0 where others are to connect',
    "SENDFILE": OPTIONS["--no-sendfile"],
    "WEB_CONCURRENCY": _NO_WORKERS,
}
"""Variables with a name of their own."""
