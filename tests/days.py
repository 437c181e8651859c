"""The day that the cities of the tests have: in the evening it is another one than in UTC."""

from datetime import date, datetime

from mix.rules.city.calendar import day_in


def city_day(moment: datetime) -> date:
    """Return the day in Guelph, London and Barrie."""
    return day_in("America/Toronto", moment)
