"""What a password may be, how it is kept, and the codes of a second factor: as the settings have them."""

from typing import Any

import pytest
from allauth.account.fields import PasswordField
from allauth.mfa import app_settings
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mix.data.models import Person


@pytest.mark.parametrize("password", ["zinc bright pumps", "zzqqzzqqxxkk", "ÉÀçœ—日本語のポンプです", "ab " * 40])
def test_a_password_is_long_and_of_anything(password: str) -> None:
    validate_password(password, Person(name="Ada Moreau", email="ada@example.ca"))


@pytest.mark.parametrize("password", ["short", "elevenchars", "123qweasdzxc", "ada@example.ca"])
def test_what_is_short_common_or_ones_own_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, Person(name="Ada Moreau", email="ada@example.ca"))


def test_a_password_is_masked_and_taken_as_it_was_typed() -> None:
    field = PasswordField(label="Password")
    assert field.clean("  With Spaces ÀÉ  ") == "  With Spaces ÀÉ  "
    assert 'type="password"' in field.widget.render("password", None)


def test_a_password_is_kept_by_a_slow_function(settings: Any) -> None:
    """Scrypt as OWASP's sheet has it: 16 MiB at the least, five times over."""
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # the first is the tests' own, which is quick
    kept = make_password("zinc bright pumps")
    found = identify_hasher(kept).decode(kept)
    assert (found["algorithm"], found["work_factor"], found["block_size"], found["parallelism"]) == (
        "scrypt",
        2**14,
        8,
        5,
    )


def test_codes_are_random_long_enough_and_short_lived() -> None:
    seeds = {generate_totp_secret() for _ in range(50)} | {RecoveryCodes.generate_seed() for _ in range(50)}
    assert len(seeds) == 100
    assert {len(generate_totp_secret())} == {32}, "160 bits in base 32"
    assert 10**app_settings.RECOVERY_CODE_DIGITS >= 2**20
    assert (app_settings.TOTP_PERIOD, app_settings.TOTP_TOLERANCE) == (30, 0)
