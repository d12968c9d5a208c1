"""The simulator as a web server: Entra, Graph v1.0 and the simulator's own controls on one port."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from app.simulator import (
    call_api,
    consent,
    control_api,
    directory_api,
    entra,
    reports_api,
    sign_on,
    subscriptions_api,
    users_api,
)
from app.simulator.clock_middleware import ClockMiddleware
from app.simulator.controls import WrongWish, refused
from app.simulator.fault_middleware import FaultMiddleware
from app.simulator.notifier import Notifier
from app.simulator.phone_logs_api import CONTROLS as PHONE_LOG_CONTROLS
from app.simulator.phone_logs_api import ROUTES as PHONE_LOGS
from app.simulator.world import World

START_SECONDS = 10.0


def create_app(world: World) -> Starlette:
    """The application serving one world. Notifications are sent while it runs (its lifespan)."""
    notifier = Notifier(world.rules, world.chance, lambda: world.now, world.tenant_rules, world.survived)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await notifier.start()
        world.deliver = notifier.submit
        yield
        world.deliver = None
        await notifier.stop()

    graph = [
        *directory_api.ROUTES,
        *users_api.ROUTES,
        *PHONE_LOGS,
        *call_api.ROUTES,
        *subscriptions_api.ROUTES,
        *reports_api.ROUTES,
    ]
    app = Starlette(
        routes=[
            *control_api.ROUTES,
            *PHONE_LOG_CONTROLS,
            *reports_api.DOWNLOADS,
            Mount("/v1.0", routes=graph),
            *consent.ROUTES,
            *entra.ROUTES,
            *sign_on.ROUTES,
        ],
        middleware=[Middleware(ClockMiddleware, world=world), Middleware(FaultMiddleware, world=world)],
        exception_handlers={WrongWish: refused},
        lifespan=lifespan,
    )
    app.state.world = world
    app.state.notifier = notifier
    return app


def make_server(world: World, host: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(world),
        host=host,
        port=port,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        date_header=False,
    )
    return uvicorn.Server(config)


@contextmanager
def running(world: World, port: int = 0) -> Iterator[str]:
    """Serve a world from a thread on loopback; yields its address. Port 0: any free one."""
    server = make_server(world, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, name="simulator", daemon=True)
    thread.start()
    pause = threading.Event()
    waited = 0.0
    while not server.started and thread.is_alive() and waited < START_SECONDS:
        pause.wait(0.01)
        waited += 0.01
    if not server.started:
        raise RuntimeError("the simulator did not start")
    try:
        yield address_of(server)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


def address_of(server: uvicorn.Server) -> str:
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"
