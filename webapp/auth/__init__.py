"""Who is asking: signing in and out, sessions that live on the server, and the door that is closed by default."""

from webapp.auth.guard import init, needs
from webapp.auth.identity import Identity
from webapp.services.identities import actor_of

__all__ = ["Identity", "actor_of", "init", "needs"]
