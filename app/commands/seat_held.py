"""Whether a customer's user holds a product, for those who decide about that seat."""

from app.commands.desk import Desk
from app.commands.tenant_known import known_tenant
from app.domain.deciding import SeatNotHeld
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.tenant import Tenant, TenantLeft


def check_held(tenant: TenantId, user: UserId, sku: SkuId, desk: Desk) -> Tenant:
    """The customer, if the user holds the product. Raises TenantLeft, or SeatNotHeld, also where nobody is known."""
    customer = known_tenant(tenant, desk)
    if customer.offboarded:
        raise TenantLeft("The customer has left; nothing is decided of their seats any more.")
    seat, _ = desk.store.load_seat(tenant, user)
    if all(held.sku != sku for held in seat.holdings):
        raise SeatNotHeld(f"User {user} holds no seat of {sku}.")
    return customer
