"""Signed assertions in place of a client secret, checked against the certificates registered for the app.

Follows "Microsoft identity platform application authentication certificate credentials".
"""

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

if TYPE_CHECKING:
    from app.simulator.world import World

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def thumbprint(certificate: x509.Certificate) -> str:
    return base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")


def fault(world: "World", assertion: str, address: str) -> str | None:
    """What is wrong with an assertion sent to a token endpoint; None: nothing. Each serves once (`jti`)."""
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError:
        return "is no JWT"
    pem = world.certificates.get(str(header.get("x5t#S256", "")).rstrip("="))
    if header.get("alg") != "PS256" or pem is None:
        return "is not signed by a registered certificate with PS256"
    key: Any = x509.load_pem_x509_certificate(pem).public_key()
    try:
        claims = jwt.decode(
            assertion,
            key,
            algorithms=["PS256"],
            options={"require": ["aud", "exp", "iss", "jti", "sub"], "verify_aud": False},
        )
    except jwt.PyJWTError as error:
        return f"failed validation: {error}"
    if not claims["iss"] == claims["sub"] == world.options.client_id:
        return "names another application"
    # Behind the rewriting of a development set-up the address is https for the client and http here.
    if urlsplit(str(claims["aud"]))[1:3] != urlsplit(address)[1:3]:
        return "is for another audience"
    if claims["jti"] in world.assertions_seen:
        return "was used before"
    world.assertions_seen.add(claims["jti"])
    return None
