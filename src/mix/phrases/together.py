"""What is said where several vendors answer a call together."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    "answers_are_alone": "In this call each vendor answers alone",
    "too_few_allowed": "Write 0 where each vendor answers alone",
    "too_many_allowed": "By its method, a call lets a vendor answer together with at most {most} others; here are {has}",
    "too_many_co_applicants": "In this call a vendor answers together with at most {most} others",
    "co_applicant_asked": "{name} was asked already",
    "co_applicant_answered": "This was answered or ended meanwhile",
    "co_applicant_may_not": "{name} may not answer this call",
    "co_applicant_has_not_answered": "{names}: asked to answer with you, and has not answered. Wait, or answer without",
    "co_applicants_changed": "Who answers with you changed while you were on this page. Read it again, then finalise",
    "co_applicants_are_sealed": "What was finalised is sealed with the names of all. Who leads withdraws it first",
    "answers_with_another": "{name} answers this call together with others already. It answers once",
    "answers_alone": "{name} has finalised an answer of its own to this call. Withdraw that first",
    "leads_an_answer": "{name} has asked others to answer this call with it. Take them out first",
    "lead_finalises": "{name} leads this answer, and alone finalises and withdraws it",
}

WORDS: dict[str, dict[str, str]] = {
    "joining": {
        "asked": "asked",
        "joined": "answers together",
        "declined": "declined",
        "left": "left",
        "taken_out": "no longer asked",
    },
}

VERBS: dict[str, str] = {
    "co_applicants.ask": "Vendor asked to answer together",
    "co_applicants.take_out": "Vendor taken out of an answer",
    "co_applicants.join": "Vendor answers together with another",
    "co_applicants.decline": "Answering together declined",
    "co_applicants.leave": "Vendor left an answer",
}

MAILS: dict[str, tuple[str, str]] = {
    "co_applicant_asked": (
        "{lead} asks {vendor} to answer a call together: {challenge}",
        "{who} of {lead} asks {vendor} to answer the call {call} (“{challenge}”, {step}) together. Somebody who may sign for {vendor} accepts or declines. Once accepted, your team reads and writes the draft with theirs, and {lead} finalises it. Nobody else knows of it before the envelopes are opened.\n\nClosing: {closes}",
    ),
    "co_applicant_joined": (
        "{vendor} answers together with you: {challenge}",
        "{who} accepted for {vendor}. Its people read and write the draft of {lead} for the call {call} from now on. You finalise it.\n\nClosing: {closes}",
    ),
    "co_applicant_declined": (
        "{vendor} does not answer together with you: {challenge}",
        "{who} declined for {vendor}. Your draft for the call {call} is as it was. You may finalise without them, or ask somebody else.\n\nClosing: {closes}",
    ),
    "co_applicant_left": (
        "{vendor} left your answer: {challenge}",
        "{who} ended it for {vendor}. What its people wrote stays in the draft of {lead} for the call {call}, and they read it no more. Check what you promise without them before you finalise.\n\nClosing: {closes}",
    ),
    "co_applicant_taken_out": (
        "{lead} answers without {vendor}: {challenge}",
        "{who} of {lead} ended it. {vendor} is in no answer of {lead} to the call {call}, its people read that draft no more, and it may answer on its own.\n\nClosing: {closes}",
    ),
}
