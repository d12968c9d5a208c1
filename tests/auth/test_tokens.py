import hashlib
import hmac
import json
import random
from datetime import timedelta
from typing import Any

import jwt as pyjwt
import pytest

from app.auth import tokens
from app.auth.jwks import KeySet
from app.auth.tokens import TokenRefused, Verifier
from app.clock import SteppedClock
from tests.auth.issuing import (
    ANNA,
    AUDIENCE,
    CONTOSO,
    LOGIN,
    NOON,
    TEMPLATE,
    Keys,
    b64,
    claims_at,
    jwk_of,
    jwks_of,
    public_der,
    public_pem,
    rsa_key,
    signed,
)

V1_ISSUER = f"https://sts.windows.example/{CONTOSO}/"


def verifier(keys: Keys | None = None, clock: SteppedClock | None = None) -> Verifier:
    at = clock or SteppedClock(NOON)
    return Verifier(KeySet(keys or Keys(jwks_of()), at), at, audience=AUDIENCE, issuer_template=TEMPLATE)


def hs256(secret: bytes, alg: str = "HS256") -> str:
    head = b64(json.dumps({"alg": alg, "typ": "JWT", "kid": "key-1"}).encode())
    signing_input = f"{head}.{b64(json.dumps(claims_at()).encode())}"
    return f"{signing_input}.{b64(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


async def test_a_true_token_tells_who_asks() -> None:
    token = signed(claims_at(roles=["Sua.Auditor"]))

    claims = await verifier().verify(token)

    assert (claims.directory, claims.person, claims.roles) == (CONTOSO, ANNA, ["Sua.Auditor"])


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    **{f"no {name}": {name: ...} for name in ("aud", "exp", "nbf", "iat", "iss", "sub", "tid", "oid", "ver", "azp")},
    **{f"null {name}": {name: None} for name in ("aud", "exp", "nbf", "iat", "iss", "sub", "tid", "oid", "ver")},
    **{f"text {name}": {name: "1800000000"} for name in ("exp", "nbf", "iat")},
    **{f"true {name}": {name: True} for name in ("aud", "exp", "nbf", "iat", "iss", "sub", "tid", "oid")},
    "another audience": {"aud": "somebody-else"},
    "no audience in the list": {"aud": []},
    "two audiences": {"aud": [AUDIENCE, "somebody-else"]},
    "expired": {"exp": int(NOON.timestamp()) - 60},
    "negative expiry": {"exp": -1},
    "not yet valid": {"nbf": int(NOON.timestamp()) + 61},
    "issued in the future": {"iat": int(NOON.timestamp()) + 61},
    "issuer of version 1": {"iss": V1_ISSUER, "ver": "1.0"},
    "version 1 from the right issuer": {"ver": "1.0"},
    "issuer of another cloud": {"iss": f"https://login.other.example/{CONTOSO}/v2.0"},
    "the issuer template itself": {"iss": TEMPLATE},
    "issuer with a trailing slash": {"iss": f"{LOGIN}/{CONTOSO}/v2.0/"},
    "issuer of another tenant": {"iss": f"{LOGIN}/00000000-0000-4000-8000-00000000dead/v2.0"},
    "tenant that is no GUID": {"tid": "common"},
    "template as tenant": {"tid": "{tenantid}"},
    "person that is no GUID": {"oid": "anna"},
    "an ID token's nonce": {"nonce": "n-0S6_WzA2Mj"},
    "an ID token's at_hash": {"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"},
    "roles that are text": {"roles": "Sua.Provider.Admin"},
    "roles that are numbers": {"roles": [1]},
}


@pytest.mark.parametrize("changed", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS.keys())
async def test_a_token_with_wrong_claims_is_refused(changed: dict[str, Any]) -> None:
    token = signed(claims_at(**changed))

    with pytest.raises(TokenRefused):
        await verifier().verify(token)


WRONG_HEADERS: dict[str, dict[str, Any]] = {
    "alg none": {"alg": "none"},
    "alg RS512": {"alg": "RS512"},
    "alg in a list": {"alg": ["RS256"]},
    "no alg": {"alg": ...},
    "no kid": {"kid": ...},
    "unknown kid": {"kid": "key-9"},
    "a number as kid": {"kid": 1},
    "crit": {"crit": ["exp"]},
    "empty crit": {"crit": []},
    "null crit": {"crit": None},
    "a token of another type": {"typ": "JWE"},
}


@pytest.mark.parametrize("changed", WRONG_HEADERS.values(), ids=WRONG_HEADERS.keys())
async def test_a_token_with_a_wrong_header_is_refused(changed: dict[str, Any]) -> None:
    token = signed(claims_at(), **changed)

    with pytest.raises(TokenRefused):
        await verifier().verify(token)


@pytest.mark.parametrize(
    "header", [{"jku": "https://attacker.example/keys"}, {"jwk": jwk_of("attacker")}, {"x5u": "https://x.example"}]
)
async def test_keys_a_token_brings_along_do_not_count(header: dict[str, Any]) -> None:
    forged = signed(claims_at(), key="attacker", **{**header, "kid": "key-1"})

    with pytest.raises(TokenRefused):
        await verifier().verify(forged)


NOT_TOKENS = {
    "empty": "",
    "one part": "abc",
    "two parts": "abc.def",
    "four parts": "aaaa.bbbb.cccc.dddd",
    "not base64": "ab!c.de+f.gh/i",
    "not ASCII": "aaaa.bbbb.cccé",
    "a header that is a list": f"{b64(b'[]')}.{b64(b'{}')}.{b64(b'x')}",
    "a deep header": f"{b64(b'[' * 900)}.{b64(b'{}')}.{b64(b'x')}",
    "a header of bad UTF-8": f"{b64(bytes([255, 254, 123]))}.{b64(b'{}')}.{b64(b'x')}",
    "17,000 characters": f"{'a' * 17_000}.aaaa.aaaa",
    "a line break at the end": signed(claims_at()) + "\n",
    "HS256 with the PEM as secret": hs256(public_pem()),
    "HS256 with the DER as secret": hs256(public_der()),
    "HS256 with the JWK as secret": hs256(json.dumps(jwk_of()).encode()),
    "ES256 in name only": hs256(public_der(), "ES256"),
    "claims that are a list": signed("[]"),
    "claims that are no JSON": signed("{"),
    "claims nested 50,000 deep": signed("[" * 5_000),
    "an expiry beyond all numbers": signed(json.dumps(claims_at()).replace('"exp": ', '"exp": 1e400, "x": ')),
}


@pytest.mark.parametrize("token", NOT_TOKENS.values(), ids=NOT_TOKENS.keys())
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        await verifier().verify(token)


@pytest.mark.parametrize("headers", [[], ["Bearer a.b.c", "Bearer a.b.c"], ["Basic YTpi"], ["Bearer"], [""]])
async def test_one_bearer_header_is_needed(headers: list[str]) -> None:
    with pytest.raises(TokenRefused):
        await verifier().of_headers(headers)


async def test_a_key_of_another_issuer_does_not_sign_for_this_one() -> None:
    keys = Keys(json.dumps({"keys": [jwk_of(issuer="https://login.other.example/{tenantid}/v2.0")]}).encode())

    with pytest.raises(TokenRefused):
        await verifier(keys).verify(signed(claims_at()))


async def test_a_key_of_one_tenant_signs_for_that_tenant_alone() -> None:
    keys = Keys(json.dumps({"keys": [jwk_of(issuer=f"{LOGIN}/{CONTOSO}/v2.0")]}).encode())
    other = "00000000-0000-4000-8000-00000000dead"

    own = await verifier(keys).verify(signed(claims_at()))

    assert own.directory == CONTOSO
    with pytest.raises(TokenRefused):
        await verifier(keys).verify(signed(claims_at(tid=other)))


async def test_a_token_lives_to_its_expiry_and_the_leeway_and_no_longer() -> None:
    clock = SteppedClock(NOON)
    token, judge = signed(claims_at()), verifier(clock=clock)

    clock.step_to(NOON + timedelta(seconds=3659))
    claims = await judge.verify(token)

    assert claims.person == ANNA
    clock.step_to(NOON + timedelta(seconds=3660))
    with pytest.raises(TokenRefused):
        await judge.verify(token)


async def test_a_verified_token_is_remembered_five_minutes_at_most() -> None:
    clock = SteppedClock(NOON)
    keys = Keys(jwks_of())
    judge = verifier(keys, clock)
    token = signed(claims_at())
    first = await judge.verify(token)

    clock.step_to(NOON + timedelta(seconds=299))
    again = await judge.verify(token)
    clock.step_to(NOON + timedelta(seconds=301))
    anew = await judge.verify(token)

    assert again is first
    assert anew is not first
    assert anew == first


async def test_the_memory_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CACHED_TOKENS_MAX", 2)
    judge = verifier()
    texts = [signed(claims_at(name=f"Person {number}")) for number in range(3)]

    first = await judge.verify(texts[0])
    for text in texts[1:]:
        await judge.verify(text)

    assert await judge.verify(texts[0]) is not first


def pyjwt_accepts(token: str) -> bool:
    """The verdict of another library, on signature, audience and presence of claims."""
    try:
        pyjwt.decode(
            token,
            rsa_key("key-1").public_key(),
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=f"{LOGIN}/{CONTOSO}/v2.0",
            options={
                "require": ["aud", "exp", "iat", "nbf", "iss", "sub"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except pyjwt.PyJWTError:
        return False
    return True


async def test_nothing_another_library_refuses_is_accepted_among_1000_mutated_tokens() -> None:
    chance = random.Random(20261123)
    token = signed(claims_at())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
    judge = verifier()

    accepted = []
    for _ in range(1000):
        place = chance.randrange(len(token))
        mutated = token[:place] + chance.choice(alphabet) + token[place + chance.choice([0, 1, 1, 1]) :]
        try:
            await judge.verify(mutated)
        except TokenRefused:
            continue
        accepted.append(mutated)

    assert token in accepted
    assert [each for each in accepted if not pyjwt_accepts(each)] == []
    assert {each.rpartition(".")[0] for each in accepted} == {token.rpartition(".")[0]}
