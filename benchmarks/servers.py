"""Web servers to ask: the product's own, and one that only says hello, both on granian."""

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping

from flask import Flask

from app.config import ROOT, Config


@contextlib.contextmanager
def web(app: Flask) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run `vanthu web` on the data of an application; give its process and port."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "web", "--port", str(port)]
    with running(command, environment(app), port) as process:
        yield process, port


@contextlib.contextmanager
def hello() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the bare server; give its process and port."""
    port = free_port()
    with running([sys.executable, "-m", "benchmarks.servers", str(port)], {}, port) as process:
        yield process, port


@contextlib.contextmanager
def running(
    command: list[str], variables: Mapping[str, str], port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it answers when the block begins."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the first page is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                connection.close()
                return
        time.sleep(0.005)
    raise RuntimeError(f"no page from {process.args!r}")


def environment(app: Flask) -> dict[str, str]:
    """Return the settings that make another process serve the same data."""
    config: Config = app.config["VANTHU"]
    return {
        "VANTHU_ENV": "development",
        "DATA_DIR": str(config.data_dir),
        "DATABASE_URL": config.database_url,
        "JOBS_URL": config.jobs_url,
        "SECRET_KEY": config.secret_key,
        "BASE_URL": config.base_url,
        "SMTP_URL": config.smtp_url,
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }


def free_port() -> int:
    """Return a port nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def say_hello(environ: object, start_response: object) -> Iterable[bytes]:
    """Answer as little as a page can be."""
    start_response("200 OK", [("Content-Type", "text/html")])  # type: ignore[operator]
    return [b"hello"]


def main(port: int) -> None:
    """Serve hello as `vanthu web` serves the product."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "benchmarks.servers:say_hello",
        interface=Interfaces.WSGI,
        port=port,
        blocking_threads=8,
        backlog=1024,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
