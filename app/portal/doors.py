"""The portal's part of the web process, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from app.auth.id_tokens import IdVerifier
from app.auth.tokens import Verifier
from app.clock import Clock
from app.portal.built import BuiltPages
from app.portal.callers import PortalCallers
from app.portal.entra import Entra
from app.portal.routes import Admit, AuthDoors
from app.portal.sessions import Pool, Sessions
from app.portal.sign_ons import SignOns
from app.portal.terms import PortalTerms


@dataclass(frozen=True, slots=True)
class Portal:
    """`callers`: how the other doors learn who asks, now that browsers have sessions."""

    callers: PortalCallers
    routes: list[BaseRoute]


@dataclass(frozen=True, slots=True)
class Proofs:
    """`credentials`: what msal shows Entra, in order of preference. `tokens`: the API's; `id_tokens`: the client's."""

    credentials: Sequence[str | dict[str, str]]
    tokens: Verifier
    id_tokens: IdVerifier


def build_portal(terms: PortalTerms, pool: Pool, clock: Clock, proofs: Proofs, admit: Admit) -> Portal:
    """`pool` may write, each statement a transaction of its own; `clock` is the wall's, as tokens go by it."""
    sessions = Sessions(pool, clock, terms.idle, terms.longest)
    callers = PortalCallers(terms, proofs.tokens, sessions)
    entra = Entra(terms, proofs.credentials, proofs.tokens, proofs.id_tokens)
    doors = AuthDoors(terms, entra, SignOns(pool, clock, terms.sign_on), sessions, callers, admit)
    return Portal(callers, [*doors.routes(), *BuiltPages(terms).routes()])
