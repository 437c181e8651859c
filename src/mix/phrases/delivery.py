"""What is said of sprints, agreements, delivery, disclosure, outcomes: refusals, mails, words and verbs of the log."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    "nothing_to_disclose": "Nothing learned is on record: write the common learning of the sprint first",
    "requirements_missing": "The requirements of the final call are not written",
    "requirement_untraced": "Name the hypothesis whose result this requirement rests on: “{words}”",
    "reviewer_missing": "Ask somebody neutral to review",
    "reviewer_not_neutral": "{name} saw a vendor’s confidential ideas, may read them, or wrote requirements: ask somebody else",
    "review_missing": "{person} has not given a word yet",
    "review_outdated": "The requirements changed after the review: {person} looks at them again",
    "review_unfair": "The reviewer doubts that several vendors could meet the requirements: {note}",
    # answers and fields
    "amount_out_of_range": "This amount is out of range",
    "ends_before_start": "The end comes before the start",
    # gates
    "approver_is_requester": "Whoever asked may not approve",
    "authority_needed": "This value needs the authority of: {role}",
    # people
    "city_not_yours": "You do not work for this city",
    # sprint
    "sign_off_missing": "Sign-off missing: {area}",
    "already_signed_off": "This area is signed off already",
    "data_grant_unequal": "{vendor} lacks data that others have: {data}",
    "data_granted_already": "This vendor has this data set already",
    "data_returned_already": "This data was returned already",
    "vendor_not_in_sprint": "{vendor} is not in this sprint",
    "hypothesis_unknown": "The framework has no such hypothesis",
    "mood_out_of_range": "Choose 1 to 5",
    "week_out_of_range": "Choose a week from 1 to 52",
    "evidence_missing": "{vendor}: no evidence for {which}",
    "deliverable_missing": "“{title}” of {vendor} was due and did not come. Have it delivered, or say why the sprint closes without it",
    "deliverable_unjudged": "“{title}” of {vendor} was delivered. Accept it, or refuse it with a reason",
    "check_in_missing_city": "{vendor}: no check-in from the city",
    "check_in_missing_vendor": "{vendor}: no check-in from the vendor",
    "demo_missing": "{vendor}: no demo on record",
    "incidents_unsettled": Counted("Settle {count} incident", "Settle {count} incidents"),
    "parity_reason_missing": "{vendor} got over a tenth more or less ({kind}) than the middle vendor. Say why",
    # agreements
    "nobody_to_agree_with": "Nobody was admitted or awarded",
    "agreement_not_drafted": "Draft the agreement with {vendor}",
    "agreement_unsigned": "The agreement with {vendor} is not signed by all",
    "agreement_differs": "These terms are not those of the agreements that are drafted already. Say why",
    "agreement_exists": "There is an agreement with {vendor}",
    "agreement_fixed": "This agreement is signed or ended and cannot be changed",
    "agreement_not_signed": "This agreement is not signed yet",
    "clauses_missing": "Choose at least one clause",
    "clause_unchanged": "Change the words of the clause",
    "clauses_unsettled": Counted(
        "Settle {count} proposed change of a clause", "Settle {count} proposed changes of clauses"
    ),
    "edit_waits": "A change of this clause waits for an answer",
    "edit_answered": "This change was answered already",
    "own_edit": "The other side answers this change",
    "paper_missing": "Missing: {name}",
    "paper_expired": "{name} expired on {on}",
    "no_signatory_city": "Name who signs for the city",
    "no_signatory_vendor": "The vendor names who signs for it",
    "signatory_not_of_side": "{name} does not act for this vendor",
    "signatory_without_authority": "{name} may not sign for the city",
    "signatory_not_of_side_here": "Each side takes out its own signatories",
    "signatory_signed": "{name} has signed and stays",
    "text_changed_since": "The agreement is not what it was when you opened this page. Nothing was signed: read it again",
    "clause_changed_since": "“{clause}” has the words of {who} now ({at})",
    "not_a_signatory": "You are not named to sign this agreement",
    "not_delivered": "Nothing was delivered yet",
    "deliverable_accepted": "This was accepted already",
    # delivery
    "contract_missing": "There is no signed contract",
    "backlog_empty": "Add the decisions and tests of the co-design",
    "backlog_unsettled": Counted("Settle {count} item of the backlog", "Settle {count} items of the backlog"),
    "changes_undecided": Counted("Decide on {count} change order", "Decide on {count} change orders"),
    "change_decided": "This change was decided already",
    "milestones_missing": "Plan the milestones",
    "milestones_unaccepted": Counted("{count} milestone is not accepted", "{count} milestones are not accepted"),
    "milestones_exceed_contract": "All milestones together exceed the contract and its changes",
    "outcome_unread": "Measure “{measure}” at {month} months",
    "measure_unknown": "This measure was not promised",
    "month_unknown": "Choose 3, 6 or 12 months",
    "nothing_to_take_over": "Nothing has been measured yet",
}

MAILS: dict[str, tuple[str, str]] = {
    "asked_to_review": (
        "A review waits for you: {step}",
        "You saw no vendor’s ideas in “{challenge}”. Read the requirements of “{step}” and say whether several vendors could meet them.",
    ),
    "agreement_drafted": (
        "An agreement for you: {challenge}",
        "An agreement on “{challenge}” with {vendor} was drafted. Read it; you may propose other words, with a reason.",
    ),
    "clause_proposed": (
        "A clause was changed: {challenge}",
        "The city proposes other words for a clause of the agreement on “{challenge}” with {vendor}. Accept or refuse them.",
    ),
    "asked_to_sign": (
        "Please sign: {challenge}",
        "You are named to sign the agreement on “{challenge}” with {vendor}.",
    ),
    "signature_voided": (
        "Your signature no longer stands: {challenge}",
        "The agreement on “{challenge}” with {vendor} was changed after you signed it, and nobody’s signature stands any more. Read it and sign again.",
    ),
    "agreement_signed": (
        "Signed: {challenge}",
        "Everybody has signed the agreement on “{challenge}” with {vendor}. It is in force.",
    ),
    "vendor_proposed_clause": (
        "Other words for a clause: {challenge}",
        "{vendor} proposes other words for a clause of the agreement on “{challenge}”. Accept or refuse them, with a reason.",
    ),
    "deliverable_delivered": (
        "Delivered: {title}",
        "{vendor} says that “{title}” of “{challenge}” is delivered. Accept it, or refuse it with a reason.",
    ),
    "incident_reported": (
        "An incident was reported: {challenge}",
        "In the sprint of “{challenge}” with {vendor} something went wrong: {text}",
    ),
    "deliverable_judged": (
        "Deliverable: {title}",
        "The city judged “{title}” of “{challenge}”. See the agreement.",
    ),
    "data_granted": (
        "Data for you: {data}",
        "You have access to “{data}” for “{challenge}” until {until}. After that day it ends by itself.",
    ),
    "milestone_delivered": (
        "Milestone reached: {title}",
        "The vendor says that “{title}” of “{challenge}” is reached. Accept it, or refuse it with a reason.",
    ),
    "milestone_judged": (
        "Milestone: {title}",
        "The city judged “{title}” of “{challenge}”.",
    ),
    "take_over_asked": (
        "Another city asks: {challenge}",
        "{city} asks to take over what worked in “{challenge}”.",
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "area": {
        "it_security": "IT security",
        "privacy": "Privacy",
        "accessibility": "Accessibility",
        "department": "Department",
    },
    "parity": {
        "hours": "City staff hours",
        "meetings": "Meetings",
        "site_days": "Site days",
        "answers": "Questions answered",
        "data": "Data sets",
    },
    "doubt": {
        "untraced": "names no hypothesis",
        "one_vendor": "only one vendor met it",
        "names_vendor": "names a vendor",
    },
    "seen": {
        "panel": "sat on a panel",
        "sprint": "worked in the sprint room",
        "question": "answered a confidential question",
    },
    "review": {
        "fair": "Yes, several could",
        "unfair": "No, or I doubt it",
    },
    "verdict": {
        "pass": "Passed",
        "partial": "Partly",
        "fail": "Failed",
    },
    "confidence": {
        "low": "low",
        "medium": "medium",
        "high": "high",
    },
    "incident": {
        "privacy": "Privacy",
        "safety": "Safety",
        "security": "Security",
        "other": "Other",
    },
    "agreement_kind": {
        "sprint": "Sprint agreement",
        "contract": "Contract",
    },
    "agreement_state": {
        "drafting": "In draft",
        "settled": "Settled",
        "signed": "Signed",
        "ended": "Ended",
    },
    "paper": {
        "insurance": "Insurance",
        "clearance": "Clearance",
        "security": "Security",
        "other": "Other",
    },
    "edit_state": {
        "proposed": "Proposed",
        "accepted": "Accepted",
        "refused": "Refused",
    },
    "backlog": {
        "decision": "Decision",
        "user_test": "User test",
        "accessibility_test": "Accessibility test",
        "work": "Work",
    },
}

VERBS: dict[str, str] = {
    "agreements.answer_edit": "Clause change answered",
    "agreements.deliver": "Deliverable handed in",
    "agreements.draft": "Agreement drafted",
    "agreements.judge_deliverable": "Deliverable judged",
    "agreements.name_signatory": "Signatory named",
    "agreements.take_out_signatory": "Signatory taken out",
    "agreements.propose_edit": "Clause change proposed",
    "agreements.receive_paper": "Certificate received",
    "agreements.sign": "Agreement signed",
    "agreements.void_signatures": "Signatures void, because the agreement changed",
    "delivery.add_backlog_item": "Backlog item added",
    "delivery.ask_change": "Change order asked for",
    "delivery.decide_change": "Change order decided",
    "delivery.deliver_milestone": "Milestone reached",
    "delivery.judge_milestone": "Milestone judged",
    "delivery.plan_milestone": "Milestone planned",
    "delivery.read_outcome": "Outcome measured",
    "delivery.settle_backlog_item": "Backlog item settled",
    "delivery.take_over": "Another city asks to take over",
    "disclosures.appoint_reviewer": "Neutral reviewer asked",
    "disclosures.review": "Requirements reviewed",
    "disclosures.publish_pack": "Disclosure pack published",
    "sprints.check_in": "Weekly check-in",
    "sprints.enter_parity": "Parity entry",
    "sprints.explain_parity": "Parity explained",
    "sprints.grant_data": "Data granted",
    "sprints.hold_demo": "Demo held",
    "sprints.record_evidence": "Evidence recorded",
    "sprints.report_incident": "Incident reported",
    "sprints.return_data": "Data returned",
    "sprints.settle_incident": "Incident settled",
    "sprints.sign_off": "Sign-off given",
}
