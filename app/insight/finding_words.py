"""What causes and tiers of findings are called, wherever people read them."""

from app.domain.events.deciding import Cause, Tier

CAUSES = {
    Cause.DISABLED: "Account disabled",
    Cause.NEVER_USED: "Never used",
    Cause.IDLE: "Idle",
    Cause.OVERLAP: "Covered by another product",
    Cause.SKU_IDLE: "Product not used",
    Cause.DOWNGRADE: "Cheaper product would do",
    Cause.GUEST_LICENSED: "Guest",
}
TIERS = {
    Tier.GUARANTEED: "guaranteed",
    Tier.LIKELY: "likely",
    Tier.REVIEW: "to be reviewed",
    Tier.UNVERIFIABLE: "unverifiable",
}
