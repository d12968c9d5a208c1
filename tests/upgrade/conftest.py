from tests.projections.conftest import desk

__all__ = ["desk"]
