"""The two ways in which a question is not answered."""


class Unknown(Exception):
    """There is no such thing, or the actor may not know that there is (404)."""


class Forbidden(Exception):
    """The actor may know of the thing but not see or do this (403). Carries the permission that was missing."""
