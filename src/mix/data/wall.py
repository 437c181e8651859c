"""The second wall: row-level security on PostgreSQL, beneath the readers that check permissions.

Every row that a city or a vendor owns is visible to a request only when its person works for the city (or for a
partner city of the challenge), is a member of the vendor, or when the challenge is public. A seat on a panel opens what
that panel reads, and nothing else of the city.
A request runs as a role that cannot bypass this (`ROLE`), whoever owns the tables. What nobody said who asks sees
nothing. SQLite has no such thing; there the readers stand alone.

`mix.scope` says how a connection stands: "on" (by `mix.cities` and `mix.vendors`), "system" (the worker, commands and
the few places that use `lifted`), anything else sees what is public. To stand otherwise takes one statement, and none
where a connection stands that way already: a page that asks the database nothing costs no wall.

Who asks is worked out once in a statement (`(SELECT …)`), and each connection plans a statement once. Rows that hang on
rows that hang on others ask through the policies of these: PostgreSQL hashes such a question for a whole list, where a
function would be asked for each row (measured: a hundred times as long on all scores).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper

ROLE = "mix_app"

# Rows that no single city or vendor owns. The log is read by everybody through its chains.
SHARED = frozenset(
    {
        "data_beat",
        "data_cacheentry",
        "data_calendarfeed",
        "data_chain",
        "data_digest",
        "data_mailchoice",
        "data_checkpoint",
        "data_event",
        "data_follow",
        "data_merger",
        "data_message",
        "data_municipality",
        "data_person",
        "data_ruletext",
        "data_sandbox",
        "data_vendor",
        "data_vendorinvitation",
        "data_vendormember",
    }
)
CITY, VENDOR = "mix_sees(municipality_id)", "mix_is(vendor_id)"
# What began on trial is nobody's but its city's, and of those who play along as vendors.
OUT = "(NOT is_trial OR mix_tries(municipality_id))"
_PUBLIC = "EXISTS (SELECT 1 FROM data_notice n WHERE n.challenge_id = this.id)"


def _up(parent: str, column: str) -> str:
    """Return that a row is visible when the row that it belongs to is."""
    return f"EXISTS (SELECT 1 FROM {parent} up WHERE up.id = this.{column})"


_OF_CHALLENGE = _up("data_challenge", "challenge_id")
_OF_CITY_OF_CHALLENGE = (
    "EXISTS (SELECT 1 FROM data_challenge c WHERE c.id = this.challenge_id AND mix_sees(c.municipality_id))"
)
_OF_CITY_OF_PILOT = "EXISTS (SELECT 1 FROM data_pilot p WHERE p.id = this.pilot_id AND mix_sees(p.municipality_id))"
_OF_STEP = _up("data_step", "step_id")
_OF_ENGAGEMENT = _up("data_engagement", "engagement_id")
_OF_CITY_OF_PANEL = (
    "EXISTS (SELECT 1 FROM data_evaluation e WHERE e.id = this.evaluation_id AND mix_sees(e.municipality_id))"
)
_OF_PANEL = f"mix_sits(evaluation_id) OR {_OF_CITY_OF_PANEL}"
_SUBMITTED = "EXISTS (SELECT 1 FROM data_submission s WHERE s.code = this.submission)"

# A vendor's own contract in the challenge of a row: the agreements that it can see are its own.
_BY_CONTRACT = (
    "EXISTS (SELECT 1 FROM data_step s JOIN data_agreement a ON a.step_id = s.id"
    " WHERE s.challenge_id = this.challenge_id AND a.kind <> 'sprint' AND mix_is(a.vendor_id))"
)

# For each table, when a row is visible; `this` is the table.
POLICIES: dict[str, str] = {
    # public with the challenge
    "data_notice": f"{CITY} OR {OUT}",
    # a by-law that is signed is law, and other cities are judged beside it
    "data_bylaw": f"{CITY} OR signed_at IS NOT NULL",
    # a pilot that was approved is in the public register, without who said what of it
    "data_pilot": f"{CITY} OR decision = 'agree' AND {OUT}",
    "data_pilotword": _OF_CITY_OF_PILOT,
    "data_pilotextension": f"{_up('data_pilot', 'pilot_id')} AND (agreed_at IS NOT NULL OR {_OF_CITY_OF_PILOT})",
    "data_department": "true",
    "data_letterhead": "true",
    # who is signed out is shown where to sign in; the secret is encrypted
    "data_identityprovider": "true",
    "data_groupduty": "EXISTS (SELECT 1 FROM data_identityprovider p"
    " WHERE p.id = this.provider_id AND mix_sees(p.municipality_id))",
    # the catalogue's are everybody's, a city's own where a challenge is to be seen that runs on it
    "data_methodversion": f"municipality_id IS NULL OR {CITY} OR "
    "EXISTS (SELECT 1 FROM data_challenge c WHERE c.method_id = this.id)",
    "data_ruleconfirmation": f"{CITY} OR confirmed_at IS NOT NULL",
    "data_challenge": f"{CITY} OR mix_visits(id) OR {OUT} AND (origin = 'history' OR {_PUBLIC})",
    **dict.fromkeys(("data_challengecity", "data_step", "data_outcomereading", "data_historyfact"), _OF_CHALLENGE),
    **dict.fromkeys(("data_gatesignature", "data_engagement", "data_award"), _OF_STEP),
    **dict.fromkeys(("data_takeover", "data_joinrequest"), f"{CITY} OR mix_sees(city_id)"),
    "data_solicitation": f"{CITY} OR mix_scores(id) OR published_at IS NOT NULL AND {OUT}",
    **dict.fromkeys(("data_problemcard", "data_engagementquestion"), _OF_ENGAGEMENT),
    **dict.fromkeys(("data_solicitationdocument", "data_addendum"), _up("data_solicitation", "solicitation_id")),
    **dict.fromkeys(
        ("data_extensionproposal", "data_handover"),
        "EXISTS (SELECT 1 FROM data_solicitation s WHERE s.id = this.solicitation_id AND mix_sees(s.municipality_id))",
    ),
    # the city's own
    **dict.fromkeys(
        (
            "data_staffrole",
            "data_absence",
            "data_staffinvitation",
            "data_roleproposal",
            "data_bandsproposal",
            "data_authorityband",
            "data_documenttemplate",
            "data_goliverequest",
            "data_trialguest",
            "data_cityday",
            "data_methoddraft",
            "data_namedvendor",
            "data_need",
            "data_document",
            "data_contactlogentry",
            "data_lesson",
            "data_hoursentry",
            "data_changeorder",
            "data_signoff",
            "data_custodykey",
            "data_opening",
        ),
        CITY,
    ),
    **dict.fromkeys(("data_documentversion", "data_comment"), _up("data_document", "document_id")),
    "data_custodyshare": _up("data_custodykey", "key_id"),
    **dict.fromkeys(("data_label", "data_panelmember", "data_consensusscore", "data_tiebreak"), _OF_PANEL),
    "data_panelinvitation": _OF_CITY_OF_PANEL,
    **dict.fromkeys(("data_score", "data_declaration"), _up("data_panelmember", "member_id")),
    "data_conflictruling": _up("data_declaration", "declaration_id"),
    "data_registration": _OF_ENGAGEMENT,
    # the city's and the vendor's
    "data_submission": f"{CITY} OR {VENDOR} OR mix_joins(id) OR mix_scores(solicitation_id)",
    # who answers with whom is no city's before it is opened
    "data_coapplicant": f"{VENDOR} OR mix_is(lead_id) OR mix_joins(submission_id) OR EXISTS (SELECT 1 FROM"
    " data_submission s JOIN data_solicitation c ON c.id = s.solicitation_id"
    " WHERE s.id = this.submission_id AND c.technical_opened_at IS NOT NULL)",
    **dict.fromkeys(
        (
            "data_agreement",
            "data_invoice",
            "data_conversation",
            "data_debrief",
            "data_dispute",
            "data_participation",
            "data_datagrant",
            "data_checkin",
            "data_evidence",
            "data_incident",
            "data_demo",
            "data_parityentry",
            "data_parityreason",
        ),
        f"{CITY} OR {VENDOR}",
    ),
    "data_question": f"{_up('data_solicitation', 'solicitation_id')} AND (published_at IS NOT NULL OR {VENDOR} OR "
    "EXISTS (SELECT 1 FROM data_solicitation s WHERE s.id = this.solicitation_id AND mix_sees(s.municipality_id)))",
    "data_capabilitycard": _OF_ENGAGEMENT,  # given to be shown on the page of the event
    **dict.fromkeys(("data_milestone", "data_backlogitem"), f"{CITY} OR {_BY_CONTRACT}"),
    **dict.fromkeys(
        ("data_submissionversion", "data_acknowledgement", "data_openedenvelope", "data_itemcheck"),
        _up("data_submission", "submission_id"),
    ),
    **dict.fromkeys(("data_result", "data_stageinvitation"), _up("data_submission", "submission_id")),
    # what an answer cost its vendor is no city's
    "data_ownhours": "EXISTS (SELECT 1 FROM data_submission s WHERE s.id = this.submission_id AND mix_is(s.vendor_id))",
    "data_standingreached": _up("data_participation", "participation_id"),
    # what policy said at a gate is the cities', though the word given there is public
    "data_judgement": "EXISTS (SELECT 1 FROM data_gatesignature g JOIN data_step s ON s.id = g.step_id"
    " JOIN data_challenge c ON c.id = s.challenge_id WHERE g.id = this.signature_id AND mix_sees(c.municipality_id))",
    "data_ranking": _up("data_evaluation", "evaluation_id"),
    "data_evaluation": f"{CITY} OR mix_sits(id) OR EXISTS (SELECT 1 FROM data_submission s"
    " WHERE s.solicitation_id = this.solicitation_id AND (mix_is(s.vendor_id) OR mix_joins(s.id)))",
    "data_letter": f"{VENDOR} OR {_OF_CITY_OF_PANEL}",
    **dict.fromkeys(
        ("data_clause", "data_signatory", "data_paper", "data_deliverable"), _up("data_agreement", "agreement_id")
    ),
    # what a vendor writes is its own until it hands that over; what was said and agreed to is both sides'
    "data_conversationversion": "EXISTS (SELECT 1 FROM data_conversation c WHERE c.id = this.conversation_id"
    " AND (mix_is(c.vendor_id) OR this.number <= c.handed))",
    **dict.fromkeys(("data_conversationreply", "data_conversationword"), _up("data_conversation", "conversation_id")),
    "data_clauseedit": _up("data_clause", "clause_id"),
    # what was disclosed is everybody's; who was asked to review, and what they said before, is not
    "data_disclosure": f"{CITY} OR published_at IS NOT NULL AND {_OF_STEP}",
    "data_datereminder": _OF_CITY_OF_CHALLENGE,
    "data_rulewaiver": f"{CITY} OR {_OF_CITY_OF_CHALLENGE}",
    **dict.fromkeys(("data_purchase", "data_participationnotice", "data_requirementreason"), _OF_CITY_OF_CHALLENGE),
    # the vault: a draft is its vendors' alone, at the level of the database too
    **dict.fromkeys(
        ("vault_draft", "vault_earlierdraft", "vault_upload"),
        "EXISTS (SELECT 1 FROM data_submission s WHERE s.code = this.submission"
        " AND (mix_is(s.vendor_id) OR mix_joins(s.id)))",
    ),
    "vault_uploadpart": _up("vault_upload", "upload_id"),
    "vault_sealedfile": _SUBMITTED,
    "vault_sealedenvelope": _SUBMITTED,
}

# What a policy asks of a row's number, and which list of who asks holds the numbers.
_WHOSE = {
    "mix_sees": "cities",
    "mix_is": "vendors",
    "mix_joins": "joined",
    "mix_tries": "trials",
    "mix_sits": "panels",
    "mix_scores": "calls",
    "mix_visits": "cases",
}
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION mix_system() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('mix.scope', true), '') = 'system' $$;
""" + "".join(
    f"""
CREATE OR REPLACE FUNCTION mix_{ids}() RETURNS bigint[] LANGUAGE sql STABLE AS
$$ SELECT CASE current_setting('mix.scope', true)
   WHEN 'on' THEN current_setting('mix.{ids}', true)::bigint[] ELSE '{{}}' END $$;
"""
    for ids in _WHOSE.values()
)
_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN
    CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
    GRANT {ROLE} TO CURRENT_USER;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
# Which cities' rows a person may touch: those of the own duties, and the lead cities of challenges in which one of
# these takes part. Which answers the own vendors joined. Of a panel with an own seat: its evaluation, the call that it
# scores, and their challenge, but of whoever sits from outside only while the panel is at work.
_RAISE = f"""
CREATE OR REPLACE FUNCTION mix_raise(someone bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
  PERFORM set_config('mix.scope', 'system', false);
  WITH own AS (SELECT municipality_id AS id FROM data_staffrole WHERE person_id = someone AND ended_at IS NULL),
       cities AS (
         SELECT id FROM own
         UNION SELECT c.municipality_id FROM data_challenge c JOIN data_challengecity p ON p.challenge_id = c.id
           WHERE p.municipality_id IN (SELECT id FROM own)),
       seats AS (
         SELECT e.id, e.solicitation_id AS call, s.challenge_id AS "case" FROM data_panelmember m
           JOIN data_evaluation e ON e.id = m.evaluation_id JOIN data_step s ON s.id = e.step_id
           WHERE m.person_id = someone AND m.left_at IS NULL AND (m.organization = '' OR e.finalised_at IS NULL))
  SELECT set_config('mix.cities', (SELECT coalesce(array_agg(id), '{{}}') FROM cities)::text, false) ||
         set_config('mix.vendors', (SELECT coalesce(array_agg(vendor_id), '{{}}') FROM data_vendormember
           WHERE person_id = someone AND ended_at IS NULL)::text, false) ||
         set_config('mix.joined', (SELECT coalesce(array_agg(a.submission_id), '{{}}') FROM data_coapplicant a
           JOIN data_vendormember m ON m.vendor_id = a.vendor_id
           WHERE a.state = 'joined' AND m.person_id = someone AND m.ended_at IS NULL)::text, false) ||
         set_config('mix.trials', (SELECT coalesce(array_agg(g.municipality_id), '{{}}') FROM data_trialguest g
           JOIN data_person p ON lower(p.email) = g.email WHERE p.id = someone AND g.ended_at IS NULL)::text, false) ||
         set_config('mix.panels', (SELECT coalesce(array_agg(id), '{{}}') FROM seats)::text, false) ||
         set_config('mix.calls', (SELECT coalesce(array_agg(call), '{{}}') FROM seats)::text, false) ||
         set_config('mix.cases', (SELECT coalesce(array_agg("case"), '{{}}') FROM seats)::text, false)
    INTO STRICT said;
  PERFORM set_config('role', '{ROLE}', false), set_config('mix.scope', 'on', false);
END $$
"""
_STAND = "SELECT set_config('mix.scope', %s, false), set_config('role', %s, false)"
_SCOPE = "SELECT set_config('mix.scope', %s, false)"


class _Default:
    """How connections of this process stand when no request has said who asks."""

    scope = "system"


def close_by_default() -> None:
    """Have connections of this process see nothing until a request says who asks. Called by the web process."""
    _Default.scope = "closed"


# The scope in which each connection stands, as far as is known: what is not said to the database twice.
_stands: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def _run(statement: str, *params: object) -> Any:  # noqa: ANN401 - psycopg's cursor
    """Run a statement beneath Django's log of queries: it is no query of a page."""
    connection.ensure_connection()
    return connection.connection.execute(statement, params, prepare=True)


def _is_broken() -> bool:
    """Say whether the connection takes no statement until what failed is undone; that undoes our settings too."""
    raw = connection.connection
    return connection.needs_rollback or (raw is not None and raw.info.transaction_status.name == "INERROR")


def take_stand(*, connection: BaseDatabaseWrapper, **_: Any) -> None:  # noqa: ANN401 - Django's signal sends what it likes
    """Put a connection into the state in which this process begins: a pool hands out used ones."""
    raw = connection.connection
    if (
        connection.vendor == "postgresql"
        and connection.alias == DEFAULT_DB_ALIAS
        and _stands.get(raw) != _Default.scope
    ):
        role = "none" if _Default.scope == "system" else ROLE
        _run(_STAND, _Default.scope, role)
        _stands[raw] = _Default.scope


def raise_wall(person_id: int | None) -> None:
    """Let the connection see what one person may touch; nobody in particular sees what is public.

    Outside of any transaction, or a rollback would take it back. A web process begins at what is public.
    """
    if connection.vendor != "postgresql" or (person_id is None and _Default.scope == "closed"):
        return
    if person_id is None:
        _run(_STAND, "closed", ROLE)
    else:
        _run("SELECT mix_raise(%s)", person_id)
    _stands[connection.connection] = "closed" if person_id is None else "on"


def lower_wall() -> None:
    """End what `raise_wall` began."""
    raw = connection.connection
    if connection.vendor != "postgresql" or raw is None:
        return
    if _is_broken():
        _stands.pop(raw, None)  # whoever gets it next has it say how it stands
        return
    take_stand(connection=connection)


@contextmanager
def lifted() -> Iterator[None]:
    """Look past the wall for a moment. Who does is listed with its reason in tests/actions/core/test_wall.py."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = _stands.get(raw, "")
    if before == "system":
        yield
        return
    _run(_SCOPE, "system")
    _stands[raw] = "system"
    try:
        yield
    finally:
        if connection.connection is raw and not _is_broken():
            _run(_SCOPE, before)
        _stands[raw] = before


def _spelt(condition: str) -> str:
    """Write out whose rows are meant: the list of who asks is made once in a statement, not for each row."""
    for name, ids in _WHOSE.items():
        condition = re.sub(rf"{name}\(([\w.]+)\)", rf"\1 = ANY ((SELECT mix_{ids}())::bigint[])", condition)
    return condition


def create_policies(**_: Any) -> None:  # noqa: ANN401 - Django's post_migrate sends what it likes
    """Put the policies on every table, and make the role that cannot bypass them."""
    if connection.vendor != "postgresql":
        return
    present = set(connection.introspection.table_names())
    if not set(POLICIES) <= present:
        return
    with connection.cursor() as cursor:
        for statement in (_FUNCTIONS, _ROLE, _RAISE):
            cursor.execute(statement)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        for table, condition in POLICIES.items():
            visible = _spelt(condition.replace("this.", f"{table}."))
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            cursor.execute(f"DROP POLICY IF EXISTS mix_wall ON {table}")
            cursor.execute(
                f"CREATE POLICY mix_wall ON {table} USING ((SELECT mix_system()) OR {visible})"
                f" WITH CHECK ((SELECT mix_system()) OR {visible})"
            )


def missing_policies() -> set[str]:
    """Name the tables that lack their wall, and the role when it could bypass it; empty on SQLite."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE relrowsecurity AND relforcerowsecurity AND polname = 'mix_wall'"
        )
        lacking = set(POLICIES) - {row[0] for row in cursor.fetchall()}
        cursor.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}' AND NOT rolsuper AND NOT rolbypassrls")
        return lacking if cursor.fetchone() else lacking | {ROLE}
