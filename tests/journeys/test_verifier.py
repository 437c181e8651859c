"""The second verifier, a page opened from the disk, agrees with the program on every case."""

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from mix.rules.choice.evaluation_file import FileInvalid, parse_file, recompute, result_document
from mix.rules.core.chain import canonical
from mix.rules.core.verdicts import Finding
from mix.rules.flow.proofs import pack, verify_bundle, verify_log
from mix.rules.market.receipts import verify_receipt
from tests.journeys.conftest import ROOT, Visitor
from tests.rules.choice import test_evaluation_file as evaluation
from tests.rules.choice.test_evaluation_file import REFUSED, UNREADABLE
from tests.rules.flow import test_proofs as made
from tests.rules.flow.test_bundle_methods import WRONG_METHODS
from tests.rules.flow.test_bundle_rows import WRONG_ROWS
from tests.rules.flow.test_judged import WRONG_POLICIES
from tests.rules.flow.test_rankings import WRONG_RANKINGS

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Open the verifier from the disk."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((ROOT / "src/mix/web/static/verify.html").as_uri())
    yield opened
    context.close()


def said_by_page(page: Page, kind: str, cases: list[tuple[bytes, str]]) -> list[tuple[int, str]]:
    """Ask the page about many files at once."""
    found: list[dict[str, Any]] = page.evaluate(
        """async ([kind, cases]) => {
            const found = [];
            for (const [content, key] of cases)
                found.push(await verify(kind, Uint8Array.from(atob(content), c => c.charCodeAt(0)), key));
            return found;
        }""",
        [kind, [[base64.b64encode(raw).decode(), key] for raw, key in cases]],
    )
    return [(f["verdict"], f["place"]) for f in found]


def said_by_program(check: Callable[..., Finding], cases: list[tuple[bytes, str]]) -> list[tuple[int, str]]:
    return [(int(f.verdict), f.place) for f in (check(raw, public_key=key) for raw, key in cases)]


def test_they_agree_on_receipts(page: Page) -> None:
    raw = made.signed(made.stated(zone="\u2028\x7f\x01", acknowledged=[0, 10**20]))
    cases = [(raw, ""), (raw, made.PUBLIC), (raw, "another"), (b"{}", ""), (b"[]", ""), (b"", ""), (b"\xff", "")]
    cases += [
        (raw.replace(b"[0,", b"[%s," % number), "") for number in (b"1.50", b"1e40", b"NaN", b"-0", b"null", b"true")
    ]
    cases += [(b"\xef\xbb\xbf" + raw, ""), (made.signed([1]), ""), (made.signed({}), "")]
    cases += [(made.signed(made.stated(**changes)), "") for changes in made.UNKNOWN]
    parts = [made.WHOLE_PART, *made.OTHER_PARTS]
    cases += [(made.with_part(made.stated(), part), made.PUBLIC) for part in parts]
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1 << position % 8
        cases.append((bytes(changed), ""))
    assert said_by_page(page, "receipt", cases) == said_by_program(verify_receipt, cases)


def test_they_agree_on_own_copies(page: Page) -> None:
    plain = {"answers": {"team": "é", "price": 10**15, "insurance": True, "rows": [{"a": None}]}, "salt": "0" * 32}
    mark = hashlib.sha256(made.canonical(plain)).hexdigest()
    receipt = made.signed(made.stated(envelopes=[made.envelope("c" * 64, commitment=mark)]))
    copies: list[object] = [
        {"envelopes": {"technical": plain}},
        {"envelopes": {"price": plain}},
        {"envelopes": []},
        [],
        3,
    ]
    copies += [{"envelopes": {"technical": {**plain, "salt": "1" * 32}}}, {"envelopes": {"technical": None}}]
    raw = [made.json.dumps(copy).encode() for copy in copies] + [b"{", b"1.5"]
    receipts = [receipt, made.signed({}), made.signed(made.stated(envelopes=["x"]))]
    pairs = [(r, c) for r in receipts for c in raw]
    by_page = page.evaluate(
        """async (pairs) => {
            const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
            return Promise.all(pairs.map(([r, c]) => verify("receipt", bytes(r), "", bytes(c))));
        }""",
        [[base64.b64encode(r).decode(), base64.b64encode(c).decode()] for r, c in pairs],
    )
    by_program = [verify_receipt(r, copy=c) for r, c in pairs]
    assert [(f["verdict"], f["place"]) for f in by_page] == [(int(f.verdict), f.place) for f in by_program]
    assert by_program[0].verdict == 3
    assert {int(f.verdict) for f in by_program} == {1, 2, 3}


def test_they_agree_on_a_thousand_mutated_logs(page: Page) -> None:
    chance = random.Random(20261123)  # noqa: S311 - the same mutations every time
    rows = made.entries(12)
    whole = made.log(rows)
    head = whole.splitlines(keepends=True)[-1]
    cases = [(whole, ""), (made.log([]), ""), (b"", ""), (whole + b"\n", ""), (whole.replace(b"\n", b"\r\n"), "")]
    cases += [(whole[:cut], "") for cut in range(0, len(whole), 41)]
    for _ in range(1000):
        lines = [made.json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in made.mutate(rows, chance)]
        cases.append((b"".join(lines) + head, ""))
    by_program = [(int(f.verdict), f.place) for f in (verify_log(raw) for raw, _key in cases)]
    assert said_by_page(page, "log", cases) == by_program


def test_they_agree_on_bundles(page: Page) -> None:
    raw = made.bundle()
    cases = [
        (raw, ""),
        (raw, made.PUBLIC),
        (raw, "another"),
        (b"no archive", ""),
        (raw + b"x", ""),
        *((made.as_if_compressed(method), "") for method in (8, 12, 14)),
        (pack({"case.json": b"{}"}), ""),
        (made.packed({"a": b"1"}, listed={"a": b"2"}), ""),
        (made.packed({"a": b"1", "b": b"2"}, listed={"a": b"1"}), ""),
        (made.packed({"a": b"1"}, listed={"a": b"1", "b": b"2"}), ""),
        (made.bundle(received_at="2026-01-01T00:00:01+00:00"), ""),
        (made.bundle(envelopes=[made.envelope("d" * 64)]), ""),
        *((made.bundle(**changes), "") for changes in made.UNKNOWN),
        (made.bundle(call="OTHER"), ""),
        (made.bundle({"checkpoints/guelph/3.txt": made.note(made.entries(3, finalised=["f"])).encode()}), ""),
        (made.bundle({"checkpoints/guelph/3.txt": made.note(made.entries(9)).encode()}), ""),
        (made.bundle({"checkpoints/guelph/3.txt": b"x"}), ""),
        (made.bundle({"checkpoints/guelph/3.txt": made.note(made.entries(3), site="old.example").encode()}), ""),
        (made.bundle({"checkpoints/guelph/3.txt": made.note(made.entries(3), name="other.example").encode()}), ""),
        (made.bundle({"checkpoints/london/3.txt": made.note(made.entries(3)).encode()}), ""),
        (made.bundle({"logs/guelph.jsonl": made.log(made.entries(5))[:-5]}), ""),
        (made.bundle({"é.txt": b"x"}), ""),
        *((raw, "") for raw, _verdict, _place in made.WRONG_RESULTS),
        *((raw, made.PUBLIC) for raw, _verdict, _place, _text in (*WRONG_ROWS, *WRONG_RANKINGS, *WRONG_POLICIES)),
        *((raw, made.PUBLIC) for raw, _verdict, _place in WRONG_METHODS),
        *((raw, key) for raw, _place in made.FORGED for key in ("", made.PUBLIC)),
    ]
    assert said_by_page(page, "bundle", cases) == said_by_program(verify_bundle, cases)
    changed = []
    for position in range(0, len(raw), 3):
        copy = bytearray(raw)
        copy[position] ^= 1 << position % 8
        changed.append((bytes(copy), made.PUBLIC))
    verdicts = [
        [v for v, _place in said]
        for said in (said_by_page(page, "bundle", changed), said_by_program(verify_bundle, changed))
    ]
    assert verdicts[0] == verdicts[1] == [v or 1 for v in verdicts[0]]


def drawn(chance: random.Random) -> dict[str, Any]:
    """Draw an evaluation: most can be computed, some cannot."""
    pick, whole = chance.choice, chance.randint
    keys = [f"c{n}" for n in range(whole(0, 4))]
    stages = [{"key": f"s{n}", **({"most": whole(1, 3)} if n and whole(0, 1) else {})} for n in range(whole(0, 3))]
    formula = pick(["lowest_over_price", "linear", "fixed", "quality_per_price", "lowest_acceptable"])
    left, criteria = 100, []
    weighs = formula in ("lowest_over_price", "linear")
    for n, key in enumerate(keys):
        weight = left if n == len(keys) - 1 and not weighs else whole(0, left)
        left -= weight
        stage = {"stage": pick(stages)["key"]} if stages else {}
        criteria.append(
            {"key": key, "weight": str(weight), "minimum": pick([0, 0, "1.5"]), "max": pick([5, 10]), **stage}
        )
    bids = []
    for n in range(whole(0, 6)):
        if bids and not whole(0, 3):  # equals
            bids.append(bids[-1] | {"key": f"b{n}"})
            continue
        reached = whole(0, len(stages) - 1) if stages else 0
        due = [c for c in criteria if not stages or int(c["stage"][1:]) <= reached]
        bids.append(
            {
                "key": f"b{n}",
                "name": pick(["", "Été & fils"]),
                "scores": {c["key"]: pick([whole(0, 5), "2.5", [whole(0, 5), whole(0, 5), 3]]) for c in due},
                "price": pick([None, 0, whole(1, 9), f"{whole(0, 10**6)}.{whole(0, 99):02}", 10**39]),
                "disqualified": pick(["", "", "", "late"]),
                **({"reached": f"s{reached}"} if stages and (reached < len(stages) - 1 or whole(0, 1)) else {}),
            }
        )
    keys_of = [bid["key"] for bid in bids]
    return {
        "format": "mix-evaluation/1",
        "title": "Drawn",
        "criteria": criteria,
        "stages": stages,
        "price": {
            "formula": formula,
            "weight": left if weighs else 0,
            "minimum": pick([0, 0, 5]),
            **({"full_at": 3, "none_at": "500000.5"} if formula == "linear" else {}),
            **({"amount": 300} if formula == "fixed" else {}),
        },
        "quality_minimum": pick([0, 0, 30]),
        "total_minimum": pick([0, 0, "40.25"]),
        "tie": pick(["lower_price", "heaviest_criterion", "higher_quality"]),
        "bids": bids,
        "tie_breaks": [chance.sample(keys_of, whole(0, len(keys_of))) for _ in range(whole(0, 2))],
    }


def test_they_agree_on_two_thousand_evaluations(page: Page) -> None:
    chance = random.Random(20261127)  # noqa: S311 - the same ones every time
    texts = [json.dumps(drawn(chance)) for _ in range(2000)]
    base = evaluation.file()
    texts += [json.dumps(base | changes) for changes, _said in REFUSED]
    texts += [text for text, _said in UNREADABLE if len(text) < 10_000]
    texts += [
        json.dumps(base | {"stages": [{"key": "s", "most": most}]}) for most in (1, 0, -1, 1.5, "1", True, None, [])
    ]
    texts += [json.dumps(base).replace('"tie"', '"tie": "lower_price", "tie"'), json.dumps(base).replace("4", "4e0")]
    by_page = page.evaluate(
        """texts => texts.map(text => {
            try { return canonicalText(resultOf(new TextEncoder().encode(text))); }
            catch (error) { if (!(error instanceof Wrong)) throw error; return ""; }
        })""",
        texts,
    )
    by_program = []
    for text in texts:
        try:
            parsed = parse_file(text)
        except FileInvalid:
            by_program.append("")
        else:
            by_program.append(canonical(result_document(parsed, recompute(parsed))).decode())
    assert [(t, p) for t, p, m in zip(texts, by_page, by_program, strict=True) if p != m] == []
    computed = [found for found in by_program[:2000] if found]
    assert 500 < len(computed) < 2000, len(computed)
    assert any('"tied":true' in found for found in computed)
    assert all(f'"{reason}"' in "".join(computed) for reason in ("not_invited", "price_above_fixed", "total_minimum"))


def test_a_vendor_computes_its_ranking_again_without_a_program(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(json.dumps(evaluation.file()))
    page.select_option("#kind", "evaluation")
    page.set_input_files("#file", path)
    page.wait_for_selector("output[data-verdict='0']")
    assert "1  Birch: 83.12" in page.inner_text("#said")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(evaluation.file(tie="coin")))
    page.set_input_files("#file", wrong)
    page.wait_for_selector("output[data-verdict='2']")
    assert "file.tie: not one of lower_price" in page.inner_text("#said")
    page.select_option("#kind", "bundle")


def test_the_page_speaks_the_language_of_its_reader_and_marks_what_is_english(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(b"{}")
    context = browser.new_context(offline=True, locale="fr-CA")
    opened = context.new_page()
    opened.goto((ROOT / "src/mix/web/static/verify.html").as_uri())
    assert (opened.get_attribute("html", "lang"), opened.title()) == ("fr", "Vérificateur de MIX")
    assert "Vérifier un reçu" in opened.inner_text("h1")
    opened.select_option("#kind", "receipt")
    opened.set_input_files("#file", path)
    opened.wait_for_selector("output[data-verdict='2']")
    assert opened.inner_text("#said").startswith("Incomplet. ")
    assert "has no statement" in opened.inner_text("#said [lang=en]")
    opened.click("text=English")
    assert opened.get_attribute("html", "lang") == "en"
    opened.wait_for_function("document.getElementById('said').textContent.startsWith('Incomplete. ')")
    assert "Check a receipt" in opened.inner_text("h1")
    context.close()


def test_an_auditor_takes_the_bundle_of_a_case_and_checks_it_offline(
    visit: Callable[..., Visitor], page: Page, tmp_path: Path
) -> None:
    auditor = visit("audrey")
    auditor.go("/en/log/")
    auditor.check()
    key = auditor.page.locator("p.hash").inner_text()
    auditor.go("/en/oversight/guelph-roads-sprint/")
    auditor.check()
    with auditor.page.expect_download() as waiting:
        auditor.click("a:has-text('The whole case, signed')")
    path = tmp_path / "case.mix.zip"
    waiting.value.save_as(path)
    page.fill("#key", key)
    page.set_input_files("#file", path)
    page.wait_for_selector("output[data-verdict='0']")
    assert "guelph-roads-sprint" in page.inner_text("#said")
    altered = path.with_name("altered.zip")
    altered.write_bytes(path.read_bytes().replace(b"monthly", b"monthlY", 1))
    assert altered.read_bytes() != path.read_bytes()
    page.set_input_files("#file", altered)
    page.wait_for_selector("output[data-verdict='1']")
