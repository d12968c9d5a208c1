"""`python -m app.simulator`: serve a world until interrupted. Prints one JSON line once it is ready."""

import argparse
import asyncio
import gc
import json
import sys
from datetime import UTC, datetime

from app.simulator.accounts import RESELLER_DIRECTORY
from app.simulator.call_rules import CallRules
from app.simulator.server import address_of, make_server
from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_PROVIDER, Options, make_world


def main() -> None:
    asked = _arguments()
    options = Options(
        today=_instant(asked.today),
        seed=asked.seed,
        users=asked.users,
        tenants=asked.tenants,
        days_history=asked.days_history,
        calls_per_day=asked.calls_per_day,
        client_id=asked.client_id,
        client_secret=asked.client_secret,
        provider=asked.provider,
        token_seconds=asked.token_seconds,
        enforce_expiry=asked.enforce_expiry,
        call_rules=CallRules(**asked.call_rules),
    )
    asyncio.run(_serve(options, asked.host, asked.port))


async def _serve(options: Options, host: str, port: int) -> None:
    world = make_world(options)
    _spare_the_collector()
    server = make_server(world, host, port)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells its start by a flag only
        await asyncio.sleep(0.01)
    if server.started:
        ready = {"url": address_of(server), "tenants": list(world.companies), "reseller": RESELLER_DIRECTORY}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
    await serving


def _spare_the_collector() -> None:
    """Companies live as long as the process: looking through them for garbage would only stop the clock for seconds."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _instant(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.simulator", description=__doc__)
    midnight = datetime.now(UTC).strftime("%Y-%m-%dT00:00:00Z")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0: any free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--users", type=int, default=300, help="accounts in each company")
    parser.add_argument("--tenants", type=int, default=1)
    parser.add_argument("--days-history", type=int, default=0, help="days lived before --today")
    parser.add_argument("--today", default=midnight, help="where the clock starts (UTC)")
    parser.add_argument("--calls-per-day", type=int, default=2000, help="at most, in each company")
    parser.add_argument("--client-id", default=DEFAULT_CLIENT_ID)
    parser.add_argument("--client-secret", default=DEFAULT_CLIENT_SECRET)
    parser.add_argument("--provider", default=DEFAULT_PROVIDER, help="directory of the provider's own staff")
    parser.add_argument("--token-seconds", type=int, default=3599, help="life of a Graph token")
    parser.add_argument(
        "--enforce-expiry",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let subscriptions expire, by the simulated clock where their owner follows it",
    )
    parser.add_argument("--call-rules", type=json.loads, default={}, help="CallRules as JSON, from the first day on")
    return parser.parse_args()


if __name__ == "__main__":
    main()
