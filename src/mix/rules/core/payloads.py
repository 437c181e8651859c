"""What a line of the log says besides who, when, as what and on what: the keys of each verb's payload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_NOTHING = """
absences.accept absences.decline absences.end absences.enter
addenda.drop_extension
agreements.answer_edit agreements.deliver agreements.draft agreements.judge_deliverable agreements.name_signatory
agreements.propose_edit agreements.receive_paper
awards.answer_dispute awards.approve awards.ask_debrief awards.fail_negotiation awards.file_dispute awards.hold_debrief
awards.plan_debrief awards.recommend awards.record_negotiation
challenges.cancel challenges.complete
conversations.end
delivery.add_backlog_item delivery.ask_change delivery.decide_change delivery.deliver_milestone
delivery.judge_milestone delivery.plan_milestone delivery.read_outcome delivery.set_tests delivery.settle_backlog_item
delivery.take_over
documents.comment documents.settle_comment
engagements.answer engagements.ask engagements.give_card engagements.hold engagements.log_contact engagements.plan
engagements.publish engagements.register
evaluations.hand_in evaluations.leave_panel evaluations.open_consensus
invoices.judge invoices.record_payment invoices.send
knowledge.write_lesson
municipalities.add_guest municipalities.ask_to_go_live municipalities.drop_going_live municipalities.end_guest
moves.ask moves.begin_again moves.skip
named_vendors.name named_vendors.take_out
people.create_person people.join
sealing.export_envelopes
solicitations.ask solicitations.draft solicitations.draft_answer solicitations.give_confidential_answer
solicitations.publish_answer solicitations.send_back
submissions.start submissions.withdraw
"""
_SOMETHING = {
    "addenda.issue": "number closes_at question form",
    "addenda.propose_extension": "closes_at",
    "agreements.sign": "digest",
    "agreements.take_out_signatory": "person",
    "agreements.void_signatures": "digest people",
    "call_forms.fit": "number change",
    "calendars.drop_day": "on works",
    "calendars.set_day": "on works",
    "challenges.begin_from": "of",
    "challenges.change_route": "route",
    "challenges.commission": "method digest route",
    "challenges.decline_need": "title",
    "challenges.merge_need": "title",
    "challenges.record_history": "method digest facts",
    "challenges.reissue": "of",
    "challenges.report_need": "title",
    "challenges.stop": "gate",
    "chasing.ask_again": "doing people",
    "conversations.agree": "version digest",
    "conversations.begin": "until",
    "conversations.hand_over": "version digest",
    "conversations.move_date": "until",
    "conversations.reply": "version field",
    "conversations.save": "version",
    "custody.check_possession": "share",
    "custody.look_at_share": "share",
    "custody.make_key": "public holders needed",
    "custody.offer_share": "share key typed",
    "custody.rehearse": "share typed",
    "custody.take_share": "share",
    "custody.tried_too_early": "closes_at",
    "departments.add": "name",
    "departments.close": "name",
    "departments.open_again": "name",
    "departments.rename": "name",
    "disclosures.appoint_reviewer": "person",
    "disclosures.publish_pack": "digest",
    "disclosures.review": "finding requirements doubts",
    "corrections.correct": "version content fields",
    "documents.reuse": "source",
    "documents.save": "version content",
    "evaluations.agree": "submission criterion score",
    "evaluations.appoint": "person seat",
    "evaluations.break_tie": "order how ranks",
    "evaluations.declare": "declared",
    "evaluations.finalise_result": "ranks",
    "evaluations.freeze_quality": "stage",
    "evaluations.give_chair": "person",
    "evaluations.invite": "stage vendors",
    "evaluations.open_scoring": "each",
    "evaluations.record_meeting": "vendor minutes",
    "evaluations.rule_on_conflict": "person vendor ruling",
    "evaluations.score": "submission criterion",
    "evaluations.send_letters": "count",
    "evaluations.set_meeting": "vendor at",
    "findings.agree_to_waive": "city rule",
    "findings.describe_purchase": (
        "category competition quotes limited_ground circumstances related_cents lends_cents"
    ),
    "findings.justify": "step words excludes",
    "findings.note_participation": "city address on",
    "findings.waive": "city rule needs_second",
    "identities.drop_group": "provider group role",
    "identities.end_provider": "provider",
    "identities.map_group": "provider group role",
    "identities.set_up": "provider issuer domains",
    "item_checks.check": "submission item",
    "joining.answer": "city share answer",
    "joining.ask": "city share answer",
    "joining.declare_window": "until percent",
    "knowledge.enter_hours": "hours",
    "log.acknowledge_gap": "size root left second",
    "methods.publish_method": "digest",
    "moves.complete": "step",
    "moves.sign": "gate decision city round",
    "municipalities.found": "administrator departments holders",
    "municipalities.drop_bands": "bands",
    "municipalities.go_live": "asked_by",
    "municipalities.send_again": "mail",
    "municipalities.propose_bands": "bands source",
    "municipalities.set_bands": "bands source proposed_by",
    "municipalities.set_outage_rule": "rule",
    "municipalities.set_template": "name sha256",
    "participations.disqualify": "ranks",
    "letterheads.describe": "name before",
    "letterheads.set_colours": "colour accent",
    "letterheads.set_logo": "sha256",
    "municipalities.try_mail": "mail",
    "outsiders.accept": "invitation person",
    "practice.make": "vendor",
    "practice.play": "person",
    "practice_seats.play": "person",
    "practice_seats.seat": "person seat",
    "outsiders.decline": "invitation",
    "outsiders.invite": "invitation seat",
    "outsiders.send_again": "invitation",
    "outsiders.withdraw": "invitation",
    "people.come_in": "role",
    "people.confirm_duties": "roles",
    "people.confirm_role": "role provider proposed_by",
    "people.drop_role": "role",
    "people.end_role": "role",
    "people.give_role": "role provider",
    "people.invite_member": "role",
    "people.invite_staff": "role",
    "people.join_vendor": "person",
    "people.name_holder": "role",
    "people.propose_role": "role provider proposed_by",
    "people.send_invitation_again": "role",
    "people.welcome": "role",
    "people.withdraw_invitation": "role",
    "people.correct_person": "name before language",
    "people.end_member": "person",
    "ties.draw_lot": "step fingerprint secret said lots",
    "ties.fix_lot": "step among source fingerprint hidden",
    "vendors.register": "name number alike",
    "vendors.describe": "place size number website capability",
    **dict.fromkeys((f"co_applicants.{verb}" for verb in ("ask", "take_out", "join", "decline", "leave")), "vendor"),
    "mergers.ask": "into",
    "mergers.withdraw": "",
    "mergers.decline": "into",
    "mergers.agree": "into",
    "pilots.agree_extension": "title to",
    "pilots.ask": "title value deciders",
    "pilots.ask_extension": "title to",
    "pilots.close": "title result decision",
    "pilots.convert": "title challenge",
    "pilots.describe": "title fields",
    "pilots.register_pilot": "title runs_already",
    "pilots.say": "title role word",
    "pilots.stop": "title",
    "pilots.take_back": "title",
    "policies.confirm_rule": "rule digest word",
    "policies.drop_bylaw": "number",
    "policies.propose_bylaw": "number effective_on table",
    "policies.sign_bylaw": "number",
    "redelivery.redeliver": "reference envelope commitment",
    "redelivery.redeliver_file": "reference envelope file",
    "sealing.open_envelopes": "envelope count closed_at submissions problems",
    "sealing.warn_of_file": "file sha256 found",
    "solicitations.add_document": "title sha256",
    "solicitations.hand_over": "mark",
    "solicitations.publish": "closes_at zone recipients custody outage frozen form mark",
    **dict.fromkeys(
        (
            *("sprints.check_in", "sprints.enter_parity", "sprints.explain_parity", "sprints.grant_data"),
            *("sprints.hold_demo", "sprints.record_evidence", "sprints.report_incident", "sprints.return_data"),
            *("sprints.settle_incident", "sprints.sign_off"),
        ),
        "room round",
    ),
    "submissions.acknowledge": "addendum",
    "submissions.add_file": "file",
    "submissions.drop_file": "file",
    "submissions.finalise": "version sealed",
    "variants.begin": "parent",
    "variants.propose": "digest",
    "variants.publish": "version digest",
    "variants.send_back": "reason",
    "variants.set_places": "mark places",
    "variants.take_over": "parent kept",
    "variants.write": "mark digest",
}
PAYLOADS: Mapping[str, frozenset[str]] = dict.fromkeys(_NOTHING.split(), frozenset[str]()) | {
    verb: frozenset(keys.split()) for verb, keys in _SOMETHING.items()
}


class PayloadWrong(Exception):
    """A line of the log with other keys than its verb has, or of a verb that no table knows."""


def check_payload(verb: str, keys: Iterable[str]) -> None:
    """Refuse a payload that nobody could read back: the log is never changed. Raises PayloadWrong."""
    if PAYLOADS.get(verb) != frozenset(keys):
        raise PayloadWrong(f"{verb}: {', '.join(sorted(keys))}")
