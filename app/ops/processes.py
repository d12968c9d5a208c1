"""`sua serve`, `worker`, `scheduler`, `simulate`: the long-running processes. SIGTERM ends each cleanly."""

import signal
import subprocess
import sys
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from app import worker
from app.server import WholeWrites
from app.settings import Settings, SettingsRefused
from app.telemetry import log_to_stderr

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]

_DRAIN_SECONDS = 10


def serve(*, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve GraphQL, the webhook and the consent pages."""
    from app import main

    settings = _shared()
    log_to_stderr()
    signal.signal(signal.SIGTERM, _end)
    with main.application(settings) as application:
        uvicorn.run(
            application,
            host=host,
            port=port,
            http=WholeWrites,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.trusted_proxies.split(),
            timeout_graceful_shutdown=_DRAIN_SECONDS,
            ws_max_size=settings.request_body_bytes,
            ws_per_message_deflate=False,  # a socket's messages are short, and encoded once for everybody
        )


def _end(_number: int, _frame: FrameType | None) -> None:
    """Before the server serves it stops the start; afterwards the server, which has drained, hands the signal on."""
    raise SystemExit(0)


def _shared() -> Settings:
    """Settings under which these processes reach each other: a broker inside one of them would ring for nobody."""
    settings = Settings.load()
    if settings.broker_url.get_secret_value().startswith("stub:"):
        raise SettingsRefused("SUA_BROKER_URL is needed: amqp:// or redis://, the same for every process.")
    return settings


def run_worker() -> None:
    """Carry out messages: fetch, collect, advance projections. Start as many as there is work for."""
    settings = _shared()
    log_to_stderr()
    worker.work(settings)


def run_scheduler() -> None:
    """Ring for whatever is due or was left behind. One is enough; two do no harm."""
    settings = _shared()
    log_to_stderr()
    worker.schedule(settings)


def simulate(arguments: Annotated[list[str] | None, typer.Argument(help="Passed on; try `-- --help`.")] = None) -> None:
    """Run the simulator of Microsoft Graph: `sua simulate -- --users 300 --seed 1`."""
    raise SystemExit(
        subprocess.run([sys.executable, "-m", "app.simulator", *(arguments or [])], check=False).returncode
    )


def add_to(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("worker")(run_worker)
    app.command("scheduler")(run_scheduler)
    app.command("simulate")(simulate)
