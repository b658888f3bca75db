"""The back office on Flask-Admin: thin views, closed by default; every write goes through a service."""

from webapp.admin.site import init

__all__ = ["init"]
