"""Certificates as well as secrets, and what serves while one takes over from another."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from app.domain.errors import Refused, Unavailable
from app.domain.ids import DirectoryId
from app.ingest.credentials import CertificateUnusable, Credential, certificate, secret
from app.ingest.graph_errors import CredentialRefused
from app.ingest.tokens import Tokens, roles_of
from app.simulator import Options, World, make_world, running
from app.simulator.assertions import thumbprint
from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.ingest.graph.pretend import DIRECTORY, Pretend, refused_token

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def made(days: int = 365) -> tuple[bytes, x509.Certificate]:
    """A PEM file with key and certificate, self-signed, and the certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sua")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return built.public_bytes(serialization.Encoding.PEM) + pem, built


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[World, str]]:
    world = make_world(Options(today=NOW, users=5))
    for company in world.companies:
        world.consents[company] = ("User.Read.All",)
    with running(world) as url:
        yield world, url


def tokens_of(url: str, *credentials: Credential, rest_s: float = 30.0) -> Tokens:
    return Tokens(url, url, DEFAULT_CLIENT_ID, credentials, 10, rest_s)


def directory_of(world: World) -> DirectoryId:
    return DirectoryId(UUID(next(iter(world.companies))))


def registered(world: World, known: x509.Certificate) -> None:
    world.certificates[thumbprint(known)] = known.public_bytes(serialization.Encoding.PEM)


def test_a_registered_certificate_serves(simulated: tuple[World, str]) -> None:
    world, url = simulated
    pem, known = made()
    registered(world, known)
    tokens = tokens_of(url, certificate("CERT", pem))

    first = tokens.acquire(directory_of(world))
    second = tokens.acquire(directory_of(world), fresh=True)

    assert roles_of(first) == roles_of(second) == ("User.Read.All",)
    assert tokens.verdicts() == {"CERT": None}


def test_a_certificate_nobody_registered_is_refused(simulated: tuple[World, str]) -> None:
    world, url = simulated
    tokens = tokens_of(url, certificate("CERT", made()[0]))

    with pytest.raises(CredentialRefused, match="700027"):
        tokens.acquire(directory_of(world))


def test_a_certificate_registered_with_another_key_is_refused(simulated: tuple[World, str]) -> None:
    world, url = simulated
    (pem, known), (_, other) = made(), made()
    world.certificates[thumbprint(known)] = other.public_bytes(serialization.Encoding.PEM)

    with pytest.raises(CredentialRefused, match="700027"):
        tokens_of(url, certificate("CERT", pem)).acquire(directory_of(world))


@pytest.mark.parametrize("first_is_a_certificate", [True, False])
def test_the_next_credential_serves_when_the_first_is_refused(
    simulated: tuple[World, str], first_is_a_certificate: bool
) -> None:
    world, url = simulated
    wrong = certificate("FIRST", made()[0]) if first_is_a_certificate else secret("FIRST", "not this one")
    tokens = tokens_of(url, wrong, secret("NEXT", DEFAULT_CLIENT_SECRET))

    token = tokens.acquire(directory_of(world))

    assert roles_of(token) == ("User.Read.All",)
    said = tokens.verdicts()
    assert set(said) == {"FIRST", "NEXT"}
    assert said["NEXT"] is None
    assert said["FIRST"] is not None


def test_the_certificate_tells_when_it_ends() -> None:
    assert certificate("CERT", made(days=12)[0]).expires_at == NOW + dt.timedelta(days=12)


def test_a_certificate_and_its_key_do_not_show_themselves() -> None:
    assert "PRIVATE" not in repr(certificate("CERT", made()[0]))
    assert "hush" not in repr(secret("SECRET", "hush"))


@pytest.mark.parametrize(
    "pem", [b"", b"no pem", made()[0].partition(b"-----BEGIN PRIVATE")[0]], ids=["empty", "no", "keyless"]
)
def test_a_file_without_certificate_and_key_is_refused(pem: bytes) -> None:
    with pytest.raises(CertificateUnusable):
        certificate("CERT", pem)


def test_a_key_of_another_certificate_is_refused() -> None:
    foreign_key = made()[0].partition(b"-----BEGIN PRIVATE")
    with pytest.raises(CertificateUnusable):
        certificate("CERT", made()[0].partition(b"-----BEGIN PRIVATE")[0] + foreign_key[1] + foreign_key[2])


async def test_a_refused_credential_does_not_hammer_entra(graph: Pretend) -> None:
    graph.token_replies = [refused_token(7000222)]
    tokens = tokens_of(graph.url, secret("SECRET", "old"))

    for _ in range(20):
        await _refused(tokens)

    assert graph.tokens == 1


async def test_a_mended_credential_is_taken_after_the_rest(graph: Pretend) -> None:
    graph.token_replies = [refused_token(7000215)]
    tokens = tokens_of(graph.url, secret("SECRET", "old"), rest_s=0)
    await _refused(tokens)

    graph.token_replies = []
    await asyncio.to_thread(tokens.acquire, DIRECTORY)

    assert graph.tokens == 2
    assert tokens.verdicts() == {"SECRET": None}


@pytest.mark.parametrize("aadsts", [700016, 53003, 90002, 90033, 9001023, 50196])
async def test_the_next_credential_is_tried_for_a_refused_credential_only(graph: Pretend, aadsts: int) -> None:
    graph.token_replies = [refused_token(aadsts)]
    tokens = tokens_of(graph.url, secret("FIRST", "a"), secret("NEXT", "b"))

    with pytest.raises((Refused, Unavailable)):
        await asyncio.to_thread(tokens.acquire, DIRECTORY)

    assert graph.tokens == 1


async def _refused(tokens: Tokens) -> None:
    with pytest.raises(CredentialRefused):
        await asyncio.to_thread(tokens.acquire, DIRECTORY)
