"""Facts about what became of one person's data: erased on request, handed out to them."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from app.domain.events.base import Event
from app.domain.ids import UserId


class ErasureGround(StrEnum):
    """Why a person was erased (GDPR, article 17, paragraph 1). One of few words, so that no text can name anybody."""

    REQUESTED = "REQUESTED"
    """The person asked, and nothing more was said."""
    NO_LONGER_NEEDED = "NO_LONGER_NEEDED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    OBJECTED = "OBJECTED"
    UNLAWFUL = "UNLAWFUL"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"


class UserErased(Event):
    """All values about a person became unreadable, in every fact before this one; later facts leave them out.

    `subjects`: whose keys were destroyed, the person's own and the keyed pseudonyms of their names and numbers.
    Whatever a user did, held and cost stays. `by`: the object id of who decided; None: an operator.
    """

    name: ClassVar[str] = "UserErased"
    user: UserId
    ground: ErasureGround
    subjects: tuple[str, ...]
    by: UUID | None


class PersonExported(Event):
    """Everything kept about a person was about to be written out, to be handed to them.

    `position`: the last fact that is told of. `by`: as of `UserErased`.
    """

    name: ClassVar[str] = "PersonExported"
    user: UserId
    position: int
    by: UUID | None
