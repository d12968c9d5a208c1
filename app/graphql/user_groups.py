"""How many users there are of each department and the like: what lists of people can be narrowed to."""

from enum import Enum

import strawberry

from app.domain.small_groups import SMALL_GROUPS_LABEL, told_together
from app.graphql.at_moment import AtMoment
from app.graphql.context import Info
from app.projections import user_listing
from app.projections.user_listing import Counted


@strawberry.enum(description="What users are counted by, as the directory had it at the moment.")
class UserGrouping(Enum):
    DEPARTMENT = "department"
    COMPANY = "company"
    COST_CENTRE = "cost_centre"
    COUNTRY = "country"


@strawberry.type(description="Users who have a department, company, cost centre or country in common.")
class UserGroup:
    key: str | None = strawberry.field(
        description="The directory's word, as `filter` of `users` and the arguments of `findings` take it. Null: it "
        "says none; or, with `smallGroups` above 0, several small groups together."
    )
    label: str = strawberry.field(description="The key in words.")
    users: int = strawberry.field(description="Users in the directory at the moment, whatever their kind.")
    small_groups: int = strawberry.field(
        description="Groups told together here, as some have fewer than five people; 0: one group."
    )


@strawberry.type
class UserGroupQuestions(AtMoment):
    @strawberry.field(
        description="Users counted by what they have in common, in the order of the key, those without one last. "
        "Groups of fewer than five people are one group for viewers without Sua.SeePersons. Rooms, agents and resource "
        "accounts are users, and no people."
    )
    async def user_groups(self, info: Info, group_by: UserGrouping) -> list[UserGroup]:
        asked = info.context
        groups = await user_listing.counted_at(asked.db, self.tenant, self.moment, group_by.value)
        if asked.viewer.sees_persons(self.tenant):
            return _shown(groups)
        together = told_together({each.value: each.persons for each in groups})
        few = [each for each in groups if each.value in together]
        shown = _shown([each for each in groups if each.value not in together])
        if few:
            users = sum(each.users for each in few)
            shown.append(UserGroup(key=None, label=SMALL_GROUPS_LABEL, users=users, small_groups=len(few)))
        return shown


def _shown(groups: list[Counted]) -> list[UserGroup]:
    ordered = sorted(groups, key=lambda each: (each.value is None, each.value or ""))
    return [
        UserGroup(key=each.value, label=each.value or "Unallocated", users=each.users, small_groups=0)
        for each in ordered
    ]
