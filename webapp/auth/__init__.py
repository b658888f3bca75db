"""Who is asking: signing in and out, sessions that live on the server, and the door that is closed by default."""

from webapp.auth.guard import init, needs, signed_in
from webapp.auth.identity import Identity
from webapp.auth.sign_in import blueprint as _sign_in
from webapp.services.identities import actor_of

SIGN_IN: str = _sign_in.name
"""The blueprint of signing in and out."""

__all__ = ["SIGN_IN", "Identity", "actor_of", "init", "needs", "signed_in"]
