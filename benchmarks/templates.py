"""A list of twenty challenges in Jinja2 and in Django's templates: how much of the one's time the other takes.

The same rows, marks and words in both, without a database: what a list page draws. Runs alternate, CPU time of this
process, medians. Decision 8 rests on whole pages; this is the part that can be kept.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

ROUNDS, TIMES, ROWS = 9, 30, 20
LIMIT = 0.5

DJANGO = """<h1>{% translate "Challenges" %}</h1>
<p>{% blocktranslate count n=rows|length %}{{ n }} challenge{% plural %}{{ n }} challenges{% endblocktranslate %}</p>
<ul>{% for row in rows %}
  <li>
    <h2><a href="{% url 'public-challenge' row.code %}">{{ row|in_language:"title" }}</a></h2>
    <p>{{ row.city }} · {% word "status" row.status %}{% if row.closes_at %} · {{ row.closes_at|day }}{% endif %}</p>
    <ol aria-label="{% translate 'Stages of this challenge' %}">{% for column in row.columns %}
      <li{% if column.is_now %} aria-current="step"{% endif %}>
        {% for cell in column.cells %}<i{% if cell.mark %} class="{{ cell.mark }}"{% endif %}></i>{% endfor %}
        <b>{{ column.number }}</b> {{ column.title }}{% if column.state %}: {{ column.state }}{% endif %}
      </li>{% endfor %}
    </ol>
  </li>{% endfor %}
</ul>
"""
JINJA = """<h1>{{ _("Challenges") }}</h1>
<p>{% trans n=rows|length %}{{ n }} challenge{% pluralize %}{{ n }} challenges{% endtrans %}</p>
<ul>{% for row in rows %}
  <li>
    <h2><a href="{{ url('public-challenge', row.code) }}">{{ row|in_language("title") }}</a></h2>
    <p>{{ row.city }} · {{ word("status", row.status) }}{% if row.closes_at %} · {{ row.closes_at|day }}{% endif %}</p>
    <ol aria-label="{{ _('Stages of this challenge') }}">{% for column in row.columns %}
      <li{% if column.is_now %} aria-current="step"{% endif %}>
        {% for cell in column.cells %}<i{% if cell.mark %} class="{{ cell.mark }}"{% endif %}></i>{% endfor %}
        <b>{{ column.number }}</b> {{ column.title }}{% if column.state %}: {{ column.state }}{% endif %}
      </li>{% endfor %}
    </ol>
  </li>{% endfor %}
</ul>
"""


def challenges() -> list[SimpleNamespace]:
    """Return rows as list pages have them: five stages of six steps, one of them at hand."""
    from mix.data.models import Challenge  # it needs Django's setup

    cells = [SimpleNamespace(mark=mark) for mark in ("d", "d", "n", "w", "", "")]
    titles = ("Find", "Ask", "Try", "Choose", "Deliver")
    return [
        SimpleNamespace(
            code=f"challenge-{number}",
            wording=Challenge(title=f"Leaks that nobody hears, {number} <km>").wording,
            city="Guelph",
            status="running",
            closes_at=datetime(2027, 1, 14, 19, tzinfo=UTC) + timedelta(days=number),
            columns=[
                SimpleNamespace(number=n, title=title, state="Now" if n == 2 else "", is_now=n == 2, cells=cells)
                for n, title in enumerate(titles, start=1)
            ],
        )
        for number in range(ROWS)
    ]


def engines() -> tuple[Callable[[], str], Callable[[], str]]:
    """Return the list as a function, by Jinja2 and by Django's templates."""
    import django

    django.setup()
    from django.template import Context, Engine, Library, engines

    from mix.web.drawing import filters

    known = Library()
    known.simple_tag(filters.word_of, name="word")
    for name in ("day", "in_language"):
        known.filter(name, getattr(filters, name))
    django_engine = Engine(builtins=["django.templatetags.i18n"])
    django_engine.template_builtins.append(known)
    rows = challenges()
    ours = engines["jinja2"].env.from_string(JINJA)
    theirs = django_engine.from_string(DJANGO)
    return (lambda: ours.render(rows=rows)), (lambda: str(theirs.render(Context({"rows": rows}))))


def milliseconds(draw: Callable[[], str]) -> float:
    """Return the CPU time of drawing the list once."""
    began = time.process_time()
    for _ in range(TIMES):
        draw()
    return (time.process_time() - began) / TIMES * 1000


def main() -> None:
    """Print both times and their ratio."""
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        os.environ |= {"MIX_DATA_DIR": folder, "MIX_DEMO": "1", "DJANGO_SETTINGS_MODULE": "mix.config.settings"}
        ours, theirs = engines()
        if "".join(ours().split()) != "".join(theirs().split()):
            raise SystemExit("the two do not draw the same list")
        pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"a list of {ROWS}: Jinja2 {mine:.2f} ms, Django's templates {other:.2f} ms; {ratio:.2f} (limit {LIMIT})")


if __name__ == "__main__":
    main()
