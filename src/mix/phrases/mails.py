"""Every mail that the product sends: subject and body, and the texts that go to everybody in every language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from mix.phrases import case, choice, city, delivery, flow, market
from mix.phrases.speaking import in_language, told
from mix.rules.market.outages import Outage

GREETING = "Hello {name},"

MAILS: dict[str, tuple[str, str]] = {
    **city.MAILS,
    **case.MAILS,
    **market.MAILS,
    **choice.MAILS,
    **delivery.MAILS,
    **flow.MAILS,
}


def mail_text(code: str, language: str, **params: str) -> tuple[str, str]:
    """Return subject and body of a mail. Parameters named `…_fr` stand in for their English twins in French."""
    given = in_language(params, language)
    subject, body = (told(f"mail {code}", text, language) for text in MAILS[code])
    text = f"{told('mail greeting', GREETING, language)}\n\n{body}" if params.get("name") else body
    return subject.format(**given), text.format(**given)


def local_text(at: datetime, zone: str) -> str:
    """Write an instant on the clock of a place, to the second, with the zone: the same in every language."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def outage_text(outage: Outage, closes_at: datetime, zone: str) -> str:
    """Return the text of the addendum that an outage issues, in every language; times on the clock of the call."""
    began, ended, closes = (local_text(at, zone) for at in (outage.began_at, outage.ended_at, closes_at))
    minutes = max(1, round(outage.length.total_seconds() / 60))
    said = (told("outage", market.OUTAGE, language) for language, _name in settings.LANGUAGES)
    return "\n\n".join(text.format(began=began, ended=ended, minutes=minutes, closes=closes) for text in said)
