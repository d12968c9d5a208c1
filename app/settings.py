"""Every knob, with its unit and default; the only reader of the environment.

Prefix `SUA_`. Unknown `SUA_` names are refused at start, so that a misspelt setting cannot be silently ignored.
Secrets have no usable default.
"""

import os
import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.clouds import CLOUDS, Cloud
from app.domain.errors import Refused

PREFIX = "SUA_"
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
Seconds = Annotated[float, Field(gt=0)]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TOKEN_LENGTH = 16


class OnOff(StrEnum):
    ON = "on"
    OFF = "off"


class SettingsRefused(Refused):
    """One or more settings are missing, misspelt or of the wrong type. The message names all, never their values."""

    code: ClassVar[str] = "SETTINGS_REFUSED"


class Settings(BaseSettings):
    """The whole configuration, frozen."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        None, description="PostgreSQL as the role sua_writer; `sua demo` brings its own"
    )
    database_read_url: SecretStr | None = Field(None, description="PostgreSQL as the role sua_reader")
    database_owner_url: SecretStr | None = Field(None, description="PostgreSQL as the owner, for `sua migrate` only")
    pg_bin: Path | None = Field(None, description="Folder of PostgreSQL binaries for the embedded server")
    data_dir: Path = Field(Path(".sua"), description="Where the embedded server and the demo keep their data")
    pool_size: int = Field(16, ge=4, le=100, description="Most connections a process has per role; three a thread")

    broker_url: SecretStr = Field(
        SecretStr("stub://"), description="amqp:// or redis://; stub:// stays inside one process"
    )
    worker_threads: int = Field(4, ge=1, le=64, description="Threads that carry out messages in a worker process")
    sweep_seconds: Seconds = Field(2.0, description="How often the sweeper looks for tenants left behind")
    ingest_lease_seconds: Seconds = Field(60.0, description="How long a killed worker's work stays away from others")
    ingest_wait_seconds: Seconds = Field(5.0, description="After a failed fetch; doubled each time. Jobs: six times it")

    graph_cloud: Cloud = Field(Cloud.GLOBAL, description="Microsoft's cloud: global, usgov-l4, usgov-l5 or china")
    graph_url: str = Field(CLOUDS[Cloud.GLOBAL].graph, description="Microsoft Graph; by default the cloud's")
    login_url: str = Field(CLOUDS[Cloud.GLOBAL].login, description="Microsoft Entra; by default the cloud's")
    clock_url: str | None = Field(None, description="Development only: live by a simulator's clock on this machine")
    graph_client_id: str | None = Field(None, description="Application (client) id of SUA's registration")
    graph_client_certificate: Path | None = Field(None, description="PEM file: its certificate and key; goes first")
    graph_client_certificate_next: Path | None = Field(None, description="Another, tried when that one is refused")
    graph_client_secret: SecretStr | None = Field(None, description="Its client secret")
    graph_client_secret_next: SecretStr | None = Field(None, description="Another, tried when that one is refused")
    graph_timeout_seconds: Seconds = Field(30.0, description="For one request to Graph")
    graph_attempts: int = Field(6, ge=1, le=20, description="Tries of one request before the read fails")
    graph_pace: float = Field(1.0, gt=0, description="Development only: Graph's limits so many times faster")
    graph_concurrency: int = Field(8, ge=1, le=40, description="Call records fetched at once per tenant")

    public_url: str = Field("http://127.0.0.1:8000", description="Where Graph and people reach SUA")
    invitation_days: int = Field(14, ge=1, le=90, description="How long an invitation link is valid")
    consent_minutes: int = Field(15, ge=1, le=60, description="How long a started consent may take")
    smtp_url: SecretStr | None = Field(None, description="smtp:// or smtps:// with credentials; none: mail is printed")
    mail_from: str = Field("sua@localhost", description="Sender of invitations and reports")

    master_key: SecretStr | None = Field(None, description="32 bytes, base64: wraps the keys of personal data")
    master_key_epoch: int = Field(1, ge=1, description="Number of that key; each that replaces it has the next one")
    master_key_old: SecretStr | None = Field(None, description="The key it replaces, until all keys are wrapped anew")
    master_key_next: SecretStr | None = Field(None, description="The key that will replace it: accepted, not yet used")
    pseudonym_key: SecretStr | None = Field(None, description="32 bytes, base64: pseudonyms and opaque cursors")

    checkpoint_key: SecretStr | None = Field(None, description="32 bytes, base64: signs checkpoints (`sua audit key`)")
    checkpoint_name: str = Field("sua.localhost", pattern=r"^[!-*,-~]+$", description="Name of that key, as a host's")
    checkpoint_public_keys: str = Field("", description="Public keys of earlier ones, between spaces; they still count")
    checkpoint_dir: Path | None = Field(None, description="Folder that keeps checkpoints outside the database as well")

    token_audience: str | None = Field(None, description="`aud` of access tokens for SUA's API (its client id)")
    token_jwks_url: str | None = Field(None, description="Keys that sign access tokens; none: Entra's, by login_url")
    provider_directory_id: UUID | None = Field(None, description="The provider's own Entra tenant: its staff's `tid`")
    token_leeway_seconds: int = Field(60, ge=0, le=300, description="Clock skew allowed in tokens")

    portal_dir: Path | None = Field(None, description="The portal's built pages; none: those that came with SUA")
    session_idle_seconds: Seconds = Field(1800.0, le=43_200, description="How long a signed-on browser may be unused")
    session_seconds: Seconds = Field(43_200.0, le=86_400, description="Longest a sign-on lasts, whatever its use")

    sign_ons_per_minute: int = Field(60, ge=1, description="Begun from one address, at each web process; then 429")
    trusted_proxies: str = Field(
        "127.0.0.1 ::1", description="Addresses or networks of proxies whose X-Forwarded-For is believed"
    )

    request_body_bytes: int = Field(65_536, ge=1024, description="Largest GraphQL request")
    webhook_body_bytes: int = Field(262_144, ge=1024, description="Largest notification POST")
    body_timeout_seconds: Seconds = Field(5.0, description="How long a client may take to send a body")
    statement_timeout_seconds: Seconds = Field(15.0, description="Longest database statement of a question")
    allowed_origins: str = Field("", description="Pages elsewhere that may open a socket, as origins between spaces")
    page_size_max: int = Field(200, ge=1, le=1000, description="Largest `first` of a connection")
    introspection: OnOff = Field(OnOff.ON, description="on or off: whether the GraphQL schema may be asked for")
    trusted_documents: Path | None = Field(None, description="JSON {sha256: document}: only these run; none: any does")
    graphql_requests_per_minute: int = Field(6000, ge=1, description="Of one person, at each web process; then 429")
    answers_bytes: int = Field(64 * 2**20, ge=0, description="Memory for GraphQL answers kept; 0: none is kept")
    look_seconds: float = Field(
        0.1, ge=0, le=5, description="How long a look at rights and positions stands for who asks next; 0: each is new"
    )

    metrics_port: int | None = Field(None, ge=1, le=65535, description="Where a process tells its metrics; none: not")
    metrics_host: str = Field("127.0.0.1", description="Address of that port; beyond this machine a token is needed")
    metrics_token: SecretStr | None = Field(None, description="Asked for at /metrics; with it `sua serve` has it, too")
    otlp_endpoint: str | None = Field(None, description="Where traces go by OTLP over HTTP; none: none are kept")
    otlp_headers: SecretStr | None = Field(None, description="name=value pairs between commas sent along with them")
    trace_share: float = Field(1.0, ge=0, le=1, description="Share of traces begun here that are kept")

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_the_cloud(cls, given: Any) -> Any:
        """Addresses that are given go before the cloud's."""
        if isinstance(given, dict) and given.get("graph_cloud") in set(Cloud):
            cloud = CLOUDS[Cloud(given["graph_cloud"])]
            return {"graph_url": cloud.graph, "login_url": cloud.login, **given}
        return given

    @field_validator("graph_url", "login_url", "public_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if not parts.hostname or (parts.scheme != "https" and not is_loopback_http(value)):
            raise ValueError("must be https (http only on this machine)")
        return value.rstrip("/")

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for each in value.split():
            if not ORIGIN.fullmatch(each) or not (each.startswith("https:") or is_loopback_http(each)):
                raise ValueError("each must be https://host or https://host:port (http only on this machine)")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for each in value.split():
            try:
                ip_network(each)
            except ValueError:
                raise ValueError("each must be an address or a network: 10.0.0.5, 10.0.0.0/24, fd00::/64") from None
        return value

    @model_validator(mode="after")
    def _metrics_beyond_this_machine_with_a_token(self) -> Self:
        if self.metrics_token is None and self.metrics_host not in LOOPBACK:
            raise ValueError("SUA_METRICS_TOKEN is needed where SUA_METRICS_HOST is more than this machine (127.0.0.1)")
        if self.metrics_token is not None and len(self.metrics_token.get_secret_value()) < _TOKEN_LENGTH:
            raise ValueError(f"SUA_METRICS_TOKEN must have {_TOKEN_LENGTH} characters or more")
        return self

    @model_validator(mode="after")
    def _traces_to_an_address(self) -> Self:
        if self.otlp_endpoint is None:
            return self
        parts = urlsplit(self.otlp_endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("SUA_OTLP_ENDPOINT must be http://HOST:PORT or https://HOST")
        if self.otlp_headers is not None and parts.scheme == "http" and not is_loopback_http(self.otlp_endpoint):
            raise ValueError("SUA_OTLP_HEADERS are secret: SUA_OTLP_ENDPOINT must be https (http only on this machine)")
        return self

    @model_validator(mode="after")
    def _all_database_urls_or_none(self) -> Self:
        given = [self.database_url is not None, self.database_read_url is not None]
        if any(given) and not all(given):
            raise ValueError(
                "SUA_DATABASE_URL and SUA_DATABASE_READ_URL belong together (roles sua_writer, sua_reader)"
            )
        return self

    @model_validator(mode="after")
    def _simulated_time_with_a_simulator_only(self) -> Self:
        if self.clock_url is not None and not (is_loopback_http(self.clock_url) and is_loopback_http(self.graph_url)):
            raise ValueError("SUA_CLOCK_URL is for development: it and SUA_GRAPH_URL must be http on this machine")
        return self

    @model_validator(mode="after")
    def _graphs_own_pace(self) -> Self:
        if self.graph_pace != 1 and not is_loopback_http(self.graph_url):
            raise ValueError("SUA_GRAPH_PACE is for development: other than 1 only where SUA_GRAPH_URL is this machine")
        return self

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read the environment once; `given` goes before it. Raises `SettingsRefused` naming every fault at once."""
        names = {name[len(PREFIX) :].lower() for name in os.environ if name.startswith(PREFIX)}
        unknown = sorted(name for name in names - cls.model_fields.keys() if not name.startswith("test_"))
        faults = [f"{PREFIX}{name.upper()}: no such setting" for name in unknown]
        try:
            settings = cls(**given)
        except ValidationError as error:
            faults += [f"{_named(fault['loc'])}{fault['msg']}" for fault in error.errors(include_input=False)]
        if faults:
            raise SettingsRefused("; ".join(faults))
        return settings


def is_loopback_http(url: str) -> bool:
    """Whether it is plain http that does not leave this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _named(location: tuple[int | str, ...]) -> str:
    """pydantic-settings names a fault by field or by variable, as it was given."""
    return f"{PREFIX}{str(location[0]).upper().removeprefix(PREFIX)}: " if location else ""
