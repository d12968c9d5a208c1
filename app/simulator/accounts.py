"""Who may sign on at the simulated Entra, and with which of the provider's app roles.

App roles are given in each directory by its own administrators ("Add app roles to your application and receive them in
the token"), so the outsider has one, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from app.simulator.company import Company

COMPANIES_SHOWN = 4
RESELLER_DIRECTORY = "7b1e0c52-3f4d-4a86-9c0e-5d2f8a6b1c34"
OUTSIDE_DIRECTORY = "c3a9e7d1-58b2-4f06-a1d4-0e6f9b7c2d85"

PERSONS = "Sua.SeePersons"
_OF_A_COMPANY = (
    ("customer_admin", "Ada Admin", ("Sua.Customer.Admin", PERSONS), "administrator of a customer, sees names"),
    ("customer_viewer", "Vera Viewer", ("Sua.Customer.Viewer",), "looks at figures, sees pseudonyms"),
    ("auditor", "Aron Auditor", ("Sua.Auditor",), "auditor of a customer"),
    ("nobody", "Nora Norole", (), "works there, was given no role"),
)
_OF_OTHERS = (
    ("provider_admin", "Pia Provider", ("Sua.Provider.Admin", PERSONS), "the provider's administrator, sees names"),
    ("provider_operator", "Olaf Operator", ("Sua.Provider.Operator",), "the provider's operator"),
    ("reseller", "Rita Reseller", ("Sua.Reseller",), "sees the customers a reseller was given"),
    ("outsider", "Otto Outsider", ("Sua.Customer.Admin",), "administrator of a company nobody invited"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A person as Entra knows them. `key` names one in an address; `says`: what the page tells of them."""

    key: str
    name: str
    directory: str
    organisation: str
    roles: tuple[str, ...]
    says: str

    @property
    def oid(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.directory}/{self.key}"))


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: for whom, and everything its redemption must repeat. `challenge`: of PKCE, S256."""

    account: Account
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    issued_at: float


def accounts(companies: list[Company], provider: str) -> Iterator[Account]:
    """Everybody there is: of the first few companies, and from elsewhere."""
    for number, company in enumerate(companies[:COMPANIES_SHOWN], start=1):
        ending = "" if number == 1 else f"-{number}"
        for key, name, roles, says in _OF_A_COMPANY:
            yield Account(f"{key}{ending}", name, company.id, company.name, roles, says)
    directories = {
        "provider_admin": (provider, "The provider"),
        "provider_operator": (provider, "The provider"),
        "reseller": (RESELLER_DIRECTORY, "Resale Partners"),
        "outsider": (OUTSIDE_DIRECTORY, "Elsewhere Ltd"),
    }
    for key, name, roles, says in _OF_OTHERS:
        yield Account(key, name, *directories[key], roles, says)
