"""Every mail that the product sends: subject and body, and the texts that go to everybody in every language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from mix.phrases import beginning, case, choice, city, core, delivery, flow, market, together
from mix.phrases.speaking import filled
from mix.rules.core.fields import Wording
from mix.rules.market.outages import Outage

GREETING = "Hello {name},"
STANDS_IN = "You get this for {person} too, who is away until {until}: you stand in."
STOP = "No more mails of this kind: {link}"

MAILS: dict[str, tuple[str, str]] = {
    **core.MAILS,
    **city.MAILS,
    **beginning.MAILS,
    **case.MAILS,
    **market.MAILS,
    **together.MAILS,
    **choice.MAILS,
    **delivery.MAILS,
    **flow.MAILS,
}


def mail_text(code: str, language: str, **params: str | Wording) -> tuple[str, str]:
    """Return subject and body of a mail, with what its parameters say in its language."""
    said = {name: text.in_(language) if isinstance(text, Wording) else text for name, text in params.items()}
    subject, body = (filled(f"mail {code}", text, language, said) for text in MAILS[code])
    greeting = filled("mail greeting", GREETING, language, said) if said.get("name") else ""
    return subject, f"{greeting}\n\n{body}" if greeting else body


def stand_in_text(person: str, until: date, language: str) -> str:
    """Return the last line of a mail that somebody gets for another, who is away until a day."""
    return filled("mail stands in", STANDS_IN, language, {"person": person, "until": until.isoformat()})


def stop_text(link: str, language: str) -> str:
    """Return the last line of a mail that can be stopped."""
    return filled("mail stop", STOP, language, {"link": link})


def local_text(at: datetime, zone: str) -> str:
    """Write an instant on the clock of a place, to the second, with the zone: the same in every language."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def outage_text(outage: Outage, closes_at: datetime, zone: str) -> Wording:
    """Return the text of the addendum that an outage issues, in every language; times on the clock of the call."""
    began, ended, closes = (local_text(at, zone) for at in (outage.began_at, outage.ended_at, closes_at))
    minutes = max(1, round(outage.length.total_seconds() / 60))
    params = {"began": began, "ended": ended, "closes": closes, "minutes": str(minutes)}
    languages = {"en", *dict(settings.LANGUAGES)}
    return Wording.model_validate({code: filled("outage", market.OUTAGE, code, params) for code in languages})
