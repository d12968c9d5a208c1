"""Everybody who may knock: every role, from every directory, and what each may be told."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from app.auth.viewer import Role
from app.domain.ids import DirectoryId
from tests.isolation.world import CONTOSO, EVERYBODY, FABRIKAM, GONE, Customer

PROVIDER = DirectoryId(UUID("9e0f1de5-0000-4000-8000-000000000001"))
RESELLER = DirectoryId(UUID("5e11e500-0000-4000-8000-000000000001"))
NOWHERE = DirectoryId(UUID("00000000-0000-4000-8000-00000000dead"))
_PEOPLE = UUID("0b0d1e50-0000-4000-8000-000000000000")


@dataclass(frozen=True, slots=True, eq=False)
class Knocker:
    """`open`: the customers they may see; `persons`: those whose people they see by name; none open: FORBIDDEN.

    `granted`: what the operator gave them as a reseller.
    """

    name: str
    directory: DirectoryId
    roles: tuple[Role, ...]
    open: tuple[Customer, ...] = ()
    persons: tuple[Customer, ...] = ()
    changes: tuple[Customer, ...] = ()
    granted: tuple[Customer, ...] = ()

    @property
    def oid(self) -> UUID:
        return uuid5(_PEOPLE, self.name)


def _everybody() -> Iterable[Knocker]:
    admin, looks, auditor = Role.CUSTOMER_ADMIN, Role.CUSTOMER_VIEWER, Role.AUDITOR
    sees, reseller = Role.SEE_PERSONS, Role.RESELLER
    ours: tuple[Customer, ...] = (CONTOSO,)
    whose: tuple[tuple[Role, tuple[Customer, ...]], ...] = ((admin, ours), (looks, ()), (auditor, ()))
    for role, may in whose:
        yield Knocker(role.value, CONTOSO.directory, (role,), ours, (), may)
        yield Knocker(f"{role.value} who sees persons", CONTOSO.directory, (role, sees), ours, ours, may)
    yield Knocker("neighbour", FABRIKAM.directory, (admin, sees), (FABRIKAM,), (FABRIKAM,), (FABRIKAM,))
    provider: tuple[tuple[Role, tuple[Customer, ...]], ...]
    provider = ((Role.PROVIDER_ADMIN, EVERYBODY), (Role.PROVIDER_OPERATOR, ()))
    for role, may in provider:
        yield Knocker(role.value, PROVIDER, (role,), EVERYBODY, (), may)
        yield Knocker(f"{role.value} who sees persons", PROVIDER, (role, sees), EVERYBODY, EVERYBODY, may)
        yield Knocker(f"{role.value} of a customer's directory", CONTOSO.directory, (role, sees))
        yield Knocker(f"{role.value} of a customer who looks", CONTOSO.directory, (role, looks), ours)
    yield Knocker("customer's roles in the provider's directory", PROVIDER, (admin, sees))
    yield Knocker("reseller with a grant", RESELLER, (reseller,), (FABRIKAM,), granted=(FABRIKAM,))
    yield Knocker(
        "reseller with a grant who sees persons", RESELLER, (reseller, sees), (FABRIKAM,), granted=(FABRIKAM,)
    )
    yield Knocker("reseller without a grant", RESELLER, (reseller, sees))
    yield Knocker("reseller's grant without the role", RESELLER, (admin, sees), granted=(FABRIKAM,))
    yield Knocker("reseller of a customer that left", RESELLER, (reseller, sees), granted=(GONE,))
    yield Knocker(
        "customer who also resells",
        CONTOSO.directory,
        (admin, reseller, sees),
        (CONTOSO, FABRIKAM),
        ours,
        ours,
        (FABRIKAM,),
    )
    yield Knocker("nobody's role", CONTOSO.directory, ())
    yield Knocker("only sees persons", CONTOSO.directory, (sees,))
    yield Knocker("of a customer that left", GONE.directory, (admin, sees))
    yield Knocker("of a directory unknown here", NOWHERE, (admin, sees))


KNOCKERS = tuple(_everybody())
