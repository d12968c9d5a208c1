"""`sua tokens`: access tokens for development, from the simulator's identity provider. Real ones come from Entra."""

import json
import urllib.error
import urllib.request
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import typer

from app.domain.errors import Refused, Unavailable
from app.ops.console import AsJson, out, say_json
from app.settings import Settings, is_loopback_http

app = typer.Typer(help="Development only: access tokens from the simulator.", no_args_is_help=True)

_TIMEOUT_SECONDS = 10


class NotASimulator(Refused):
    """Tokens are only minted by the simulator on this machine."""

    code: ClassVar[str] = "NOT_A_SIMULATOR"


class TokensDown(Unavailable):
    """The simulator does not answer."""

    code: ClassVar[str] = "TOKENS_DOWN"


@app.command("mint")
def mint_token(
    directory: Annotated[UUID, typer.Option(help="Entra tenant (`tid`) the person signs in at.")],
    role: Annotated[list[str], typer.Option(help="App role, for instance Sua.Customer.Viewer; may be repeated.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "Demo Person",
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="Lifetime.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Print an access token for SUA's API. Works with the simulator only."""
    settings = Settings.load()
    if settings.token_audience is None:
        raise NotASimulator("SUA_TOKEN_AUDIENCE is not set, so no token could be meant for this installation.")
    token = mint(settings.login_url, settings.token_audience, directory, role, name=name, seconds=minutes * 60)
    if as_json:
        say_json({"token": token})
    else:
        out.out(token, highlight=False)


def mint(login_url: str, audience: str, directory: UUID, roles: list[str], *, name: str, seconds: int) -> str:
    """A signed access token in Entra's v2.0 shape, valid for `seconds`."""
    if not is_loopback_http(login_url):
        raise NotASimulator(f"{login_url} is not the simulator on this machine; Entra issues tokens at sign-in.")
    wanted: dict[str, Any] = {
        "tid": str(directory),
        "oid": str(uuid4()),
        "aud": audience,
        "roles": roles,
        "name": name,
        "expires_in": seconds,
    }
    request = urllib.request.Request(  # noqa: S310 - checked above: http on this machine
        f"{login_url}/_token", json.dumps(wanted).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - same
            token: str = json.load(answer)["access_token"]
    except urllib.error.URLError as error:
        raise TokensDown(f"No token from {login_url}: {error.reason}.") from error
    return token
