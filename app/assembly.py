"""The parts every process is built from, made once from the settings."""

import base64
import binascii
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import dramatiq
from pydantic import SecretStr

from app.broker import make_broker
from app.clock import Clock, FollowedClock, SystemClock
from app.commands.desk import Desk
from app.domain.clouds import CLOUDS
from app.eventstore.keys import KeyRing
from app.eventstore.master_keys import MasterKeys
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore
from app.evidence import actors as witnessing
from app.evidence.archive import Archive
from app.evidence.notary import Notary
from app.evidence.notes import PublicKey, Signer
from app.evidence.vigil import Vigil
from app.evidence.walking import Fault
from app.ingest import actors as ingesting
from app.ingest import alerts
from app.ingest.credentials import Credential, certificate, secret
from app.ingest.graph_client import GraphAccess
from app.ingest.inviting import Inviter, MailTerms
from app.ingest.keyring import REST_S
from app.ingest.limiter import Limiter
from app.ingest.workshop import Workshop
from app.observe.messages import Counted
from app.people import actors as keeping
from app.projections import actors as projecting
from app.projections import tenants
from app.settings import PREFIX, Settings, SettingsRefused

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process works with. `ingest` rings the actors of ingestion, `workshop` is what they work with; `witness`
    rings for a checkpoint, `notary` takes it; `retention` rings for months of calls whose details are to go;
    `vigil` looks after the ends of the logs between two checkpoints."""

    settings: Settings
    clock: Clock
    pool: Pool
    store: EventStore
    broker: dramatiq.Broker
    desk: Desk
    inviter: Inviter
    workshop: Workshop
    ingest: ingesting.IngestRings
    notary: Notary
    witness: witnessing.Ring
    retention: keeping.Ring
    vigil: Vigil


@contextmanager
def assembled(settings: Settings, clock: Clock | None = None) -> Iterator[Parts]:
    """Build the parts, and close them at the end. Raises at once if the database cannot be used."""
    url = required(settings.database_url, "database_url")
    with going_by(settings, clock) as time, closing(writer_pool(url, settings.pool_size)) as pool:
        store = EventStore(pool, KeyRing(pool, master_keys(settings)))
        broker = make_broker(settings.broker_url.get_secret_value())
        broker.add_middleware(Counted())
        ring = projecting.register(broker, pool, store)
        desk = Desk(store, time, ring, projecting.orders(pool, ring))
        lease = timedelta(seconds=settings.ingest_lease_seconds)
        first_wait = timedelta(seconds=settings.ingest_wait_seconds)
        workshop = Workshop(desk, pool, graph_access(settings, pool), settings.public_url, lease, first_wait)
        inviter = Inviter(workshop, mail_terms(settings), tenants.names)
        desk = replace(desk, inviting=inviter)
        notary = notary_of(settings, pool, time)

        def alarm(fault: Fault) -> None:
            with workshop.database() as db:
                alerts.sound(db, alerts.Alert.EVIDENCE_BROKEN, fault.tenant, str(fault), time.now())

        witness = witnessing.register(broker, notary, alarm)
        rings = ingesting.register(broker, workshop)
        retention = keeping.register(broker, pool, desk)
        vigil = Vigil(pool, alarm)
        yield Parts(
            settings, time, pool, store, broker, desk, inviter, workshop, rings, notary, witness, retention, vigil
        )


def mail_terms(settings: Settings) -> MailTerms:
    return MailTerms(timedelta(days=settings.invitation_days), settings.mail_from, settings.smtp_url)


def notary_of(settings: Settings, pool: Pool, clock: Clock) -> Notary:
    """Who signs checkpoints and whose signatures count. Without SUA_CHECKPOINT_KEY nothing is signed."""
    signer, keys = signing_keys(settings)
    return Notary(pool, clock, signer, keys, archive_of(settings))


def archive_of(settings: Settings) -> Archive | None:
    return None if settings.checkpoint_dir is None else Archive(settings.checkpoint_dir)


def signing_keys(settings: Settings) -> tuple[Signer | None, tuple[PublicKey, ...]]:
    """The signing key, and every public key whose signatures count."""
    given = settings.checkpoint_key
    signer = None if given is None else Signer(settings.checkpoint_name, key(given, "checkpoint_key"))
    earlier = [PublicKey.read(each) for each in settings.checkpoint_public_keys.split()]
    return signer, (*([signer.public] if signer else []), *earlier)


@contextmanager
def going_by(settings: Settings, clock: Clock | None = None) -> Iterator[Clock]:
    """The clock given; without one the simulator's, if it is to be followed, else the system's."""
    if clock is None and settings.clock_url is not None:
        with FollowedClock(settings.clock_url) as followed:
            yield followed
    else:
        yield clock or SystemClock()


def present(settings: Settings) -> datetime:
    """The time SUA goes by."""
    with going_by(settings) as clock:
        return clock.now()


def graph_access(settings: Settings, pool: Pool | None = None) -> GraphAccess:
    """How this installation reaches Microsoft Graph. `pool`: where its limits are counted; without: they are not."""
    if settings.graph_client_id is None:
        raise SettingsRefused("SUA_GRAPH_CLIENT_ID is needed: the id of SUA's application registration.")
    return GraphAccess(
        graph_url=settings.graph_url,
        login_url=settings.login_url,
        client_id=settings.graph_client_id,
        credentials=credentials(settings),
        timeout=settings.graph_timeout_seconds,
        attempts=settings.graph_attempts,
        concurrency=settings.graph_concurrency,
        limiter=None if pool is None else Limiter(pool, settings.graph_pace),
        rest_s=REST_S / settings.graph_pace,
        calls=CLOUDS[settings.graph_cloud].calls,
    )


def credentials(settings: Settings) -> tuple[Credential, ...]:
    """What SUA shows Entra, in order of preference. Raises where there is none, or a certificate cannot be read."""
    found = []
    for name in ("graph_client_certificate", "graph_client_certificate_next"):
        path: Path | None = getattr(settings, name)
        if path is not None:
            found.append(certificate(f"{PREFIX}{name.upper()}", _content(path, name)))
    for name in ("graph_client_secret", "graph_client_secret_next"):
        value: SecretStr | None = getattr(settings, name)
        if value is not None:
            found.append(secret(f"{PREFIX}{name.upper()}", value.get_secret_value()))
    if not found:
        raise SettingsRefused("SUA_GRAPH_CLIENT_CERTIFICATE or SUA_GRAPH_CLIENT_SECRET is needed.")
    return tuple(found)


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsRefused(f"{PREFIX}{name.upper()}: {path} cannot be read: {error.strerror}.") from error


def master_keys(settings: Settings) -> MasterKeys:
    """The keys that wrap those of persons: today's, and what is there of the one before and the one after."""
    old, upcoming = settings.master_key_old, settings.master_key_next
    return MasterKeys.of(
        key(settings.master_key, "master_key"),
        settings.master_key_epoch,
        old=None if old is None else key(old, "master_key_old"),
        upcoming=None if upcoming is None else key(upcoming, "master_key_next"),
    )


def required(secret: SecretStr | None, name: str) -> str:
    """The value of a setting that has no default."""
    if secret is None:
        raise SettingsRefused(f"SUA_{name.upper()} is needed.")
    return secret.get_secret_value()


def key(secret: SecretStr | None, name: str) -> bytes:
    """A key of 32 bytes, given as base64."""
    try:
        value = base64.b64decode(required(secret, name), validate=True)
    except binascii.Error:
        value = b""
    if len(value) != _KEY_BYTES:
        raise SettingsRefused(f"SUA_{name.upper()} must be {_KEY_BYTES} bytes in base64.")
    return value
