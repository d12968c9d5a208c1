from tests.projections.conftest import desk, reader

__all__ = ["desk", "reader"]
