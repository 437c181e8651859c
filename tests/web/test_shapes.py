"""The shapes of templates/parts/shapes.html: what they draw of what they are given."""

import re

import pytest

from tests.web.test_environment import drawn

IMPORT = '{% import "parts/shapes.html" as shape %}'


def shape(text: str) -> str:
    """Draw a shape on one line."""
    lines = re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", drawn(IMPORT + text).strip())
    return re.sub(r"\s+(?=>)", "", re.sub(r"\s+", " ", lines))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("{{ shape.tag('<b>') }}", '<span class="tag tag--plain">&lt;b&gt;</span>'),
        ("{{ shape.tag('Late', kind='bad') }}", '<span class="tag tag--bad">Late</span>'),
        ("{{ shape.columns(['A']) }}", '<thead><tr><th scope="col">A</th></tr></thead>'),
        (
            "{{ shape.columns(['A'], figures=['B']) }}",
            '<thead><tr><th scope="col">A</th><th scope="col" class="r">B</th></tr></thead>',
        ),
        ("{{ shape.cell('A', 1) }}", '<td data-l="A">1</td>'),
        ("{{ shape.figure('A', 1) }}", '<td class="r" data-l="A">1</td>'),
        ("{{ shape.no_rows('None yet.', over=3) }}", '<tr><td colspan="3" class="quiet">None yet.</td></tr>'),
        ("{{ shape.nothing('None yet.') }}", '<li class="quiet">None yet.</li>'),
        ("{{ shape.fact('A', '<i>') }}", "<dt>A</dt><dd>&lt;i&gt;</dd>"),
        ("{% call shape.fact('A') %}<i>x</i>{% endcall %}", "<dt>A</dt><dd><i>x</i></dd>"),
        ("{{ shape.unfold('End', 'x') }}", "<details><summary>End</summary><div>x</div></details>"),
        (
            "{% call shape.unfold('End', of='Eva', open=true) %}<p>x</p>{% endcall %}",
            '<details open><summary>End<span class="vh"> Eva</span></summary><div><p>x</p></div></details>',
        ),
        ("{{ shape.crumb('/x/', 'Desk') }}", '<p class="crumb"><a href="/x/">Desk</a></p>'),
        ("{{ shape.crumb('/x/', 'City', here='Guelph') }}", '<p class="crumb"><a href="/x/">City</a> / Guelph</p>'),
        ("{{ shape.by({'name': 'Eva'}, 'today') }}", "Eva, today"),
    ],
)
def test_a_shape_draws_what_it_is_given(text: str, html: str) -> None:
    assert shape(text) == html


def test_what_was_refused_takes_the_focus() -> None:
    drawn_errors = shape("{% call shape.errors('es', 'Refused') %}<li>x</li>{% endcall %}")
    frame, _heading, rest = drawn_errors.partition('<h2 id="es">')
    assert frame == '<div class="errsum" role="alert" tabindex="-1" aria-labelledby="es" data-focus>'
    assert rest == "Refused</h2><ul><li>x</li></ul></div>"


def test_a_shape_refuses_a_parameter_that_it_does_not_have() -> None:
    with pytest.raises(TypeError, match="colour"):
        shape("{{ shape.tag('x', colour='red') }}")
