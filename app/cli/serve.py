"""`vanthu serve`, `web`, `worker`: the product on one machine, or its parts on many."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import click
from flask import current_app

from app import samples
from app.bodies import THREADS
from app.cli.check import signing
from app.cli.database import upgrade
from app.config import Config, load
from app.mail.mailbox import serve_mailbox

_RESTART_PAUSE = 2.0
# Who drips a header is hung up on; ours are below 8 KiB, cookies and all.
_HEADER_SECONDS = 10
_HEADER_BYTES = 64 * 1024


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, help="0: any free port.")
def serve(host: str, port: int) -> None:
    """Run web, worker and (in development) a local mailbox on this machine."""
    config: Config = current_app.config["VANTHU"]
    port = _free_port(host, port)
    if "BASE_URL" not in os.environ:
        os.environ["BASE_URL"] = f"http://{host}:{port}"
    has_mailbox = not config.is_production and "SMTP_URL" not in os.environ
    with contextlib.ExitStack() as stack:
        if has_mailbox:
            smtp_port = _free_port("127.0.0.1", 2525)
            os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{smtp_port}"
            stack.enter_context(serve_mailbox("127.0.0.1", smtp_port, config.mailbox_dir))
        _prepare()
        _supervise(
            [
                [sys.executable, "-m", "app.cli", "web", "--host", host, "--port", str(port)],
                [sys.executable, "-m", "app.cli", "worker"],
            ],
            announce=lambda: _announce_when_open(host, port, has_mailbox=has_mailbox),
        )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--processes", default=0, help="Default: one in development, else one per core.")
def web(host: str, port: int, processes: int) -> None:
    """Run the web server."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    config: Config = current_app.config["VANTHU"]
    cores = len(os.sched_getaffinity(0))
    Granian(
        "app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=processes or (cores if config.is_production else 1),
        # HTTP/2 is for a proxy in front; here it would be one more way to keep us busy.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=_HEADER_SECONDS * 1000, max_buffer_size=_HEADER_BYTES
        ),
        blocking_threads=THREADS,
        backlog=1024,
        respawn_failed_workers=True,
        log_enabled=False,
    ).serve()


@click.command()
@click.option("--threads", default=2, show_default=True, help="Mails sent side by side.")
def worker(threads: int) -> None:
    """Deliver mail, render letters, watch the deadlines."""
    click.echo(signing(current_app.config["VANTHU"]), err=True)
    current_app.extensions["vanthu_jobs"].consumer(threads).run()


def _prepare() -> None:
    config: Config = current_app.config["VANTHU"]
    upgrade()
    if config.env == "development":
        samples.load_department()
        samples.load_dossiers()


def _announce_when_open(host: str, port: int, *, has_mailbox: bool) -> bool:
    """Say where everything is once the web server answers; return whether it does."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((host, port)) != 0:
            return False
    _announce(load(), has_mailbox=has_mailbox)
    return True


def _announce(config: Config, *, has_mailbox: bool) -> None:
    click.echo(f"\n  Văn Thư: {config.base_url}")
    click.echo(f"  {signing(config)}")
    if config.is_production:
        return
    click.echo(f"  Nơi làm việc của cán bộ: {config.base_url}/desk")
    if has_mailbox:
        click.echo(f"  Hộp thư cục bộ: {config.base_url}/mailbox/")
    if config.sms_with == "local":
        click.echo(f"  Hộp tin nhắn SMS cục bộ: {config.base_url}/sms/")
    click.echo(f"  Ứng dụng xác thực mẫu: {config.base_url}/authenticator")
    click.echo(f"\n  Đăng nhập, cùng mật khẩu {samples.PASSWORD}:")
    for username, name, position, *_ in samples.PEOPLE:
        click.echo(f"    {username:<10}{name}, {position}")
    click.echo("\n  Dừng: Ctrl+C\n")


def _free_port(host: str, wanted: int) -> int:
    for port in [*range(wanted, wanted + 20), 0] if wanted else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            free: int = probe.getsockname()[1]
            return free
    raise click.ClickException(f"no free port near {wanted}")


def _supervise(commands: list[list[str]], *, announce: Callable[[], bool]) -> None:
    """Keep the parts running until this process is told to stop; a part that dies is restarted.

    `announce` is asked again and again until it has told people where to go.
    """
    children = {n: subprocess.Popen(command) for n, command in enumerate(commands)}
    is_announced = False
    with _stop_signals() as stopping:
        while not stopping:
            is_announced = is_announced or announce()
            time.sleep(0.1)
            for n, child in children.items():
                if child.poll() is not None and not stopping:
                    click.echo(f"{commands[n][3]} ended ({child.returncode}), again", err=True)
                    time.sleep(_RESTART_PAUSE)
                    children[n] = subprocess.Popen(commands[n])
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + 10
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


@contextlib.contextmanager
def _stop_signals() -> Iterator[list[int]]:
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda n, _: received.append(n))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


COMMANDS = (serve, web, worker)
