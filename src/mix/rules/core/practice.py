"""Addresses of practice people of a trial: made up, never delivered to, and nobody's."""

PRACTICE = "@practice.invalid"  # RFC 2606: a name that no server will ever have


def practice_address(code: str) -> str:
    """Return the address of a practice person."""
    return f"{code.lower()}{PRACTICE}"


def is_practice_address(email: str) -> bool:
    """Say whether an address is of a practice person."""
    return email.lower().endswith(PRACTICE)
