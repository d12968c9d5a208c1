"""A pretend Microsoft Graph and Entra over real HTTP, with companies that live by a seed. Imports nothing of SUA."""

from app.simulator.server import create_app, running
from app.simulator.world import Options, World, make_world

__all__ = ["Options", "World", "create_app", "make_world", "running"]
