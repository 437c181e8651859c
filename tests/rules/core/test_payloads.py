"""The keys of what the log says: exactly those of its verb."""

import pytest

from mix.rules.core.payloads import PAYLOADS, PayloadWrong, check_payload


@pytest.mark.parametrize("verb", PAYLOADS)
def test_a_payload_has_exactly_the_keys_of_its_verb(verb: str) -> None:
    keys = PAYLOADS[verb]
    check_payload(verb, sorted(keys))
    for wrong in ({*keys, "more"}, *(keys - {key} for key in keys)):
        with pytest.raises(PayloadWrong):
            check_payload(verb, wrong)


def test_a_verb_that_no_table_knows_is_refused() -> None:
    with pytest.raises(PayloadWrong):
        check_payload("submissions.forget", ())
