"""ID tokens of Microsoft Entra (v2): the proof of a sign-on, for nobody but the client that asked for it."""

from jose import jwt

from app.auth.jwks import TrustedKey
from app.auth.tokens import Claims, TokenRefused, Verifier


class IdVerifier(Verifier):
    """Signature, key's issuer, tenant's issuer and times as of access tokens. `audience`: the client's own id.

    Whether the nonce is the one that was sent is for whoever sent it to compare.
    """

    def _decode(self, token: str, key: TrustedKey) -> Claims:
        required = dict.fromkeys(["require_aud", "require_iss", "require_sub", "require_iat"], True)
        elsewhere = {"verify_exp": False, "verify_nbf": False, "verify_at_hash": False}
        options = {**required, **elsewhere}
        said = jwt.decode(token, key.rsa, algorithms=["RS256"], audience=self._audience, options=options)
        if not said.get("nonce") or "scp" in said:
            raise TokenRefused("This is not an ID token that was asked for with a nonce.")
        return Claims.model_validate(said)
