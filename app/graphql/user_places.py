"""Where a page of users ends: what its cursor holds, by the order of the list and whether names count in it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from app.projections.user_listing import UserOrder
from app.projections.users import UserRow

PLACES: Final[Mapping[tuple[UserOrder, bool], Callable[[UserRow], tuple[object, ...]]]] = {
    (UserOrder.NAME, True): lambda row: (row.display_name or "", row.user),
    (UserOrder.NAME, False): lambda row: (row.user,),
    (UserOrder.DEPARTMENT, True): lambda row: (row.department or "", row.display_name or "", row.user),
    (UserOrder.DEPARTMENT, False): lambda row: (row.department or "", row.user),
}
KEYS: Final[Mapping[tuple[UserOrder, bool], Any]] = {
    (UserOrder.NAME, True): tuple[str, UUID],
    (UserOrder.NAME, False): tuple[UUID],
    (UserOrder.DEPARTMENT, True): tuple[str, str, UUID],
    (UserOrder.DEPARTMENT, False): tuple[str, UUID],
}
