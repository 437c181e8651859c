"""What a password may be, how it is kept, and the codes of a second factor: as the settings have them."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from allauth.account.fields import PasswordField
from allauth.mfa import app_settings
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator, get_password_validators, validate_password
from django.core.exceptions import ValidationError

from mix.data.models import Person
from mix.web.entry.passwords import OwnWords

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password", ["zinc bright pumps", "zzqqzzqqxxkk", "ÉÀçœ—日本語のポンプです", "zinc bright pump " * 7]
)
def test_a_password_is_long_and_of_anything(password: str) -> None:
    validate_password(password, Person(name="Ada Moreau", email="ada@example.ca"))


@pytest.mark.parametrize("password", ["short", "elevenchars", "123qweasdzxc", "ada@example.ca"])
def test_what_is_short_common_or_ones_own_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, Person(name="Ada Moreau", email="ada@example.ca"))


def test_ten_thousand_common_passwords_of_that_length_are_refused(settings: Any) -> None:
    """ASVS asks for three thousand; `common-passwords.LICENSE.txt` says whence they are."""
    asked = {type(v): v for v in get_password_validators(settings.AUTH_PASSWORD_VALIDATORS)}[CommonPasswordValidator]
    path = Path(settings.AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"]["password_list_path"])
    common = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert (len(common), len(set(common)), min(map(len, common))) == (10_000, 10_000, 12)
    for password in (*common, "1QAZ2wsx3edc", "QwertyQwerty", "motherFucker"):
        with pytest.raises(ValidationError):
            asked.validate(password)


@pytest.mark.parametrize(
    "password", ["Guelph-Guelph-2026", "mix.guelph!!!", "SprintSprint1234", "Moreau&Ada 1999", "AdaMoreauBarrie"]
)
def test_what_is_made_of_the_words_of_the_site_or_of_oneself_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError, match="others guess first"):
        OwnWords().validate(password, Person(name="Ada Moreau", email="ada@example.ca"))


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
