"""What can be asked for again by its `id` alone."""

import strawberry


@strawberry.interface(description="Anything `node(id:)` gives back by its `id`: clients refetch and cache by it.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, and of this thing alone: below `at` of this moment, too.")
