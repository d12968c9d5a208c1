"""The `sua demo` command: sets the stage, lets the days pass, shows the answers."""

import asyncio
import base64
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import aiohttp
import typer
import uvicorn
from rich.progress import Progress

from app.assembly import Parts, assembled
from app.clock import SteppedClock, SystemClock
from app.main import create_app
from app.observe.process import observed
from app.ops import tokens
from app.ops.console import AsJson, FaultFound, err, out, say_json
from app.ops.demo import money_screen, screen, story
from app.ops.demo.machines import Company, DatabaseUrls, Simulator, fresh_database, simulator
from app.ops.demo.money_verdict import money_questioned
from app.ops.demo.portal_build import building
from app.ops.demo.price_list import state_prices
from app.ops.demo.questions import Api
from app.ops.demo.verdict import Comparison, questioned
from app.ops.postgres import EmbeddedPostgres, find_binaries
from app.ops.resellers import give
from app.server import WholeWrites
from app.settings import Settings
from app.worker import sweeping, working

_PORTAL = Path(__file__).parents[3] / "portal"
_DAYS_BACK = 30
_DAY_ENDS = time_of_day(23, tzinfo=UTC)
_CALLS_PER_DAY = 40
_TOKEN_SECONDS = 12 * 3600
_PACE = 10_000.0
"""Days pass in seconds, so Graph's limits flow as much faster."""

_ROLES = {
    "customer_admin": ["Sua.Customer.Admin", "Sua.SeePersons"],
    "customer_viewer": ["Sua.Customer.Viewer"],
    "auditor": ["Sua.Auditor"],
}
_PROVIDER_ROLES = ["Sua.Provider.Admin", "Sua.SeePersons"]

Users = Annotated[int, typer.Option(min=10, max=50_000, help="People in the simulated company.")]
Days = Annotated[int, typer.Option(min=_DAYS_BACK + 1, max=365, help="Days that pass.")]
Seed = Annotated[int, typer.Option(help="Another seed, another company.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Where SUA listens.")]
SimulatorPort = Annotated[int, typer.Option(min=0, max=65535, help="Where the simulator listens.")]
NoPortal = Annotated[bool, typer.Option("--no-portal", help="Do not build the portal's pages; show those there are.")]
Exit = Annotated[bool, typer.Option("--exit", help="End by itself: 0 only if the answers equal the truth.")]


def demo(
    *,
    users: Users = 300,
    days: Days = 60,
    seed: Seed = 1,
    port: Port = 8000,
    simulator_port: SimulatorPort = 8001,
    no_portal: NoPortal = False,
    exit_: Exit = False,
    as_json: AsJson = False,
) -> None:
    """A simulated customer from the consent mail to the answers, on this machine alone."""
    today = SystemClock().now().date()
    begins_at = datetime.combine(today - timedelta(days=days), _DAY_ENDS)
    base = Settings.load()
    company = Company(users, seed, begins_at, _CALLS_PER_DAY, simulator_port, str(uuid4()), secrets.token_hex(16))
    with (
        building(_PORTAL, wanted=not (no_portal or exit_)) as portal,
        EmbeddedPostgres(base.data_dir, find_binaries(base.pg_bin)) as server,
        fresh_database(server) as database,
        simulator(company) as simulated,
    ):
        settings = _settings(database, company, simulated, port)
        clock = SteppedClock(begins_at)
        with (
            assembled(settings, clock) as parts,
            observed(settings, parts.pool, clock, "demo"),
            serving(parts, port),
            working(parts),
            sweeping(parts),
        ):
            told = Told(as_json=as_json, portal=portal)
            differences = asyncio.run(_play(parts, simulated, clock, begins_at, days, told))
            if not exit_:
                _stay()
    if exit_ and differences:
        raise FaultFound(f"{differences} answers differ from the truth.")


@dataclass(frozen=True, slots=True)
class Told:
    """How the answers are told, and what comes of building the portal."""

    as_json: bool
    portal: Future[str | None]


async def _play(
    parts: Parts, simulated: Simulator, clock: SteppedClock, begins_at: datetime, days: int, told: Told
) -> int:
    async with aiohttp.ClientSession() as http:
        world = story.World(http, simulated, clock)
        prices = await asyncio.to_thread(state_prices, parts)
        tenant = await story.connect_customer(parts, world, err if told.as_json else out)
        await story.settled(parts, tenant)
        if simulated.reseller is not None:
            await asyncio.to_thread(give, parts, simulated.reseller, tenant)
        began = time.monotonic()
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("Days pass", total=days)
            for _ in range(days):
                await story.live_a_day(parts, world, tenant)
                progress.advance(task)
        await story.tabulated(parts)
        pace = screen.Pace(parts.store.head(tenant), days, time.monotonic() - began)
        handed_out = await asyncio.to_thread(_tokens, parts.settings, world)
        api = Api(http, f"{parts.settings.public_url}/graphql", handed_out["customer_admin"])
        (tenant_id,) = await api.tenants()
        answers = await questioned(api, tenant_id, world, begins_at, _DAYS_BACK)
        money = await money_questioned(api, tenant_id, world, begins_at, prices, _DAYS_BACK)
    comparisons = [*answers.comparisons, *money.comparisons]
    unbuilt = await asyncio.wrap_future(told.portal)
    if unbuilt is not None:
        err.print(unbuilt, markup=False)
    portal = f"{parts.settings.public_url}/"
    if told.as_json:
        places = {"graphql": api.url, "simulator": simulated.url, "portal": portal}
        ready = {**places, "tenants": [tenant_id], "tokens": handed_out}
        say_json(
            {**ready, **screen.as_json(answers, pace), **money_screen.as_json(money), "differences": _all(comparisons)}
        )
    else:
        screen.show_answers(answers, _DAYS_BACK)
        money_screen.show_money(money, _DAYS_BACK)
        screen.show_comparisons(comparisons, pace)
        screen.show_address(api.url, portal, tenant_id, api.token)
    return len(_all(comparisons))


def _all(comparisons: Sequence[Comparison]) -> list[str]:
    return [difference for each in comparisons for difference in each.differences]


def _settings(database: DatabaseUrls, company: Company, simulated: Simulator, port: int) -> Settings:
    return Settings.load(
        database_url=database.writer,
        database_read_url=database.reader,
        broker_url="stub://",
        graph_url=simulated.url,
        login_url=simulated.url,
        graph_client_id=company.client_id,
        graph_pace=_PACE,
        graph_client_secret=company.client_secret,
        public_url=f"http://localhost:{port}",
        master_key=_new_key(),
        pseudonym_key=_new_key(),
        checkpoint_key=_new_key(),
        token_audience=company.client_id,
        token_jwks_url=f"{simulated.url}/common/discovery/v2.0/keys",
        provider_directory_id=company.provider,
    )


def _tokens(settings: Settings, world: story.World) -> dict[str, str]:
    """One access token a role, as the customer's Entra, or the provider's, would issue them."""
    wanted = {name: (world.directory, roles) for name, roles in _ROLES.items()}
    if settings.provider_directory_id is not None:
        wanted["provider_admin"] = (settings.provider_directory_id, _PROVIDER_ROLES)
    return {
        name: tokens.mint(
            settings.login_url,
            settings.token_audience or "",
            directory,
            roles,
            name=name.replace("_", " "),
            seconds=_TOKEN_SECONDS,
        )
        for name, (directory, roles) in wanted.items()
    }


@contextmanager
def serving(parts: Parts, port: int) -> Iterator[None]:
    """SUA's web process, in a thread."""
    config = uvicorn.Config(
        create_app(parts),
        host="127.0.0.1",
        port=port,
        http=WholeWrites,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,  # whoever still listens to an event stream does not hold the demo up
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise story.DemoStuck(f"SUA could not listen on port {port}; choose another with --port.")
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _stay() -> None:
    """Until Ctrl-C."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        err.print("The demo ends.")


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
