"""What every control shares: the world behind the request, its body, and how a wrong wish is refused."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.simulator.company import Company
from app.simulator.notifier import Notifier
from app.simulator.world import World


class WrongWish(Exception):
    """A control request that cannot be met; the text says why."""


def world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


def notifier_of(request: Request) -> Notifier:
    notifier: Notifier = request.app.state.notifier
    return notifier


def company_of(request: Request) -> Company:
    """The company named in the path."""
    company = world_of(request).company(str(request.path_params["tenant"]))
    if company is None:
        raise WrongWish("no such tenant")
    return company


def companies_of(world: World, body: dict[str, Any]) -> list[Company]:
    """The one company that `tenant` names, or without it all of them."""
    if body.get("tenant") is None:
        return list(world.companies.values())
    company = world.company(str(body["tenant"]))
    if company is None:
        raise WrongWish("no such tenant")
    return [company]


async def body_of(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        body = await request.json() if raw else {}
    except ValueError as error:
        raise WrongWish("the body must be JSON") from error
    if not isinstance(body, dict):
        raise WrongWish("the body must be a JSON object")
    return body


def instant(text: str, name: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise WrongWish(f"{name} is not an instant") from error
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def number(body: dict[str, Any], name: str, default: float, low: float = 0.0, high: float = float("inf")) -> float:
    """A number of the body between its bounds, or the default."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise WrongWish(f"{name} must be a number from {low:g} to {high:g}")
    return value


def changed(rules: Any, known: dict[str, Any], body: dict[str, Any]) -> None:
    """Set those attributes of `rules` that the body names; each must be known, and keeps its sort of value.

    A name ending in `_share` is a number from 0 to 1; a value known as None takes a number or null.
    """
    for name, value in body.items():
        if name == "tenant":
            continue
        if name not in known:
            raise WrongWish(f"{name} is no rule; those are {', '.join(known)}")
        if not _alike(known[name], value):
            raise WrongWish(f"{name} is of another type")
        if name.endswith("_share") and not 0 <= value <= 1:
            raise WrongWish(f"{name} is a share from 0 to 1")
    for name, value in body.items():
        if name != "tenant":
            setattr(rules, name, value)


def _alike(old: Any, new: Any) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if old is None or isinstance(old, int | float):
        return isinstance(new, int | float) or (old is None and new is None)
    return isinstance(new, type(old))


async def refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)
