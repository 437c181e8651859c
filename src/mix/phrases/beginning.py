"""What is said of a city that begins: its first steps, its people by a list, its face, its trial and going live."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    "nothing_comes": "Nothing is due within {days} days. Move on by a day or a week",
    "sandbox_is_over": "This sandbox has ended",
    "database_is_live": "This database holds a site already",
    "already_live": "This city is live already",
    "practice_on_trial": "This challenge counts. Only one that began on trial is played",
    "practice_seats_enough": "A panel has at most {most} practice evaluators",
    "practice_enough": "A city has at most {most} practice vendors. End one that is no longer played",
    "go_live_asked": "It is asked already, and waits for a second person",
    "go_live_decided": "This was confirmed or dropped already",
    "live_without_departments": "No department yet: needs and pilots belong to one",
    "live_without_role": "Nobody has the role “{role}”: a first call stops where it is needed",
    "live_without_by_law": "No by-law table is in force: two people sign it",
    "live_without_bands": "No table of authority: nobody could approve an award",
    "live_without_posting": "No posting address: official notices must say where they are posted",
    "live_without_recovery": "{count} of {needed} people hold a share of the recovery key: without it nothing sealed "
    "opens once the site is lost",
    "live_recovery_of_administrators": "An administrator holds a share of the recovery key: whoever runs the accounts "
    "must not open envelopes too",
    "live_recovery_unrehearsed": "The recovery key was never put together: nobody knows that it works",
    "live_without_mail": "No mail has left by a mail server yet: nobody would hear of anything",
    "live_without_play": "No call was opened on trial yet: play one through, from the need to the opening",
    "city_on_trial": "{city} is on trial, and buys with nobody",
    "guest_works_for_city": "This person works for a city: who plays a vendor is somebody else",
    "guest_twice": "This address plays along already",
    "guest_ended": "They no longer play along",
    "colour_unreadable": "“{text}” is no colour. Write it as #0b5d6b",
    "colour_contrast": "#{colour} on #{ground} has a contrast of {found} to 1; at least {needed} to 1 is needed, so that everybody can read it. Choose a darker one",
    "logo_too_large": "The file has {size} KB, and may have {most}. Save the logo smaller",
    "logo_svg": "An SVG can hold programs and load pages of others, so none is taken. Save the logo as PNG",
    "logo_kind": "This is no picture that is taken. Save the logo as PNG or JPEG",
    "logo_broken": "This file ends early or is damaged. Save the logo anew as PNG",
    "logo_size": "The logo has {width} × {height} pixels; each side has at least {least} and at most {most}",
    "people_head": "Line 1 of the list: the columns are “{found}”. The first line names them: {right}; email and role are needed",
    "people_table": "Line {line} of the list: this is no table. Save the sheet as CSV; a quotation mark within a text is written twice",
    "people_count": "The list has {found} people; it may have 1 to {most}",
    "people_email": "Line {line} of the list: “{found}” is no e-mail address. Write it as name@city.ca",
    "people_name": "Line {line} of the list: “{found}” is no name of one line with up to 200 letters",
    "people_role": "Line {line} of the list: “{found}” is no role. One of: {right}",
    "people_department": "Line {line} of the list: there is no open department “{found}”. One of: {right}",
    "people_language": "Line {line} of the list: “{found}” is no language of this site. One of: {right}",
    "people_twice": "Line {line} of the list: {found} has this role in line {first} already",
    "people_own": "Line {line} of the list: {found} is your own address, and nobody gives a role to themselves",
    "people_invited": "Line {line} of the list: {found} is invited to this already. Leave the line out, or withdraw that invitation first",
    "people_held": "Line {line} of the list: {found} has this role already. Leave the line out",
}

MAILS: dict[str, tuple[str, str]] = {
    "go_live_asked": (
        "{city} asks to go live",
        (
            "{who} asks that {city} go live. Everything on its list is there. From then on its calls are public and bind; "
            "what began on trial stays a trial."
        ),
    ),
    "went_live": (
        "{city} is live",
        (
            "{who} asked for it and {second} confirmed it. What begins from now on is public, and mail reaches everybody. "
            "What began on trial stays a trial."
        ),
    ),
    "go_live_dropped": (
        "{city} stays on trial",
        "It does not go live yet. The reason: {reason}",
    ),
    "trial_guest": (
        "{city} asks you to try MIX with it",
        (
            "{who} asks you to play a vendor while {city} tries MIX. Nothing of a trial is public or binds anybody. Make an "
            "account for {to} and register a made-up vendor; calls to try stand behind this link."
        ),
    ),
    "staff_welcome": (
        "{city} begins with MIX",
        "You have the role “{role}” at {city}. With this link you choose your name and a password. It is for {to} alone and works once, until {until}.",
    ),
    "mail_tried": (
        "A test mail of {city}",
        "{who} tried whether mail of {city} arrives. It does: nothing else is to be done.",
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "example": {
        "title": "Bins that say when they are full",
        "question": "How might we empty litter bins when they are full, and not by the calendar?",
        "route_reason": "This is a trial: we try the whole way once.",
    },
    "practice": {
        "vendor": "Practice vendor {n} of {city}",
        "evaluator": "Practice evaluator {n}",
        "organization": "Played, on trial",
    },
    "setting": {
        "name": "Name in both languages",
        "address": "Postal address and contact",
        "look": "Logo and colours",
        "departments": "Departments",
        "people": "People",
        "mail": "Mail that arrives",
        "bylaw": "By-law",
        "bands": "Table of authority",
        "days": "Working days",
        "posting": "Where notices are posted",
        "recovery": "Recovery key",
        "template": "Word template",
        "identity": "Your own sign-in service",
        "played": "A case played through",
    },
    "setting_why": {
        "name": "Notices, letters and mails carry it, in the language of whoever reads them.",
        "address": "Vendors and residents see on every public page of the city whom they can ask.",
        "look": "Public pages and letters look like the city. Until then they look like this site.",
        "departments": "Every need and every pilot belongs to one; without, nobody can report a problem.",
        "people": "Decisions are signed by those who have the role; a challenge waits where nobody has it.",
        "mail": "Dates, invitations and decisions go by mail. Send yourself a test mail.",
        "bylaw": "From which value quotes or a public call are asked for; a second person signs it.",
        "bands": "Who may approve up to which value; awards are sent to them.",
        "days": "Days on which the city is closed beside the public holidays: periods in working days skip them.",
        "posting": "Each notice says where the city posts its official ones.",
        "recovery": "Opens sealed submissions when whoever holds a key of a call cannot.",
        "template": "Documents are written out in the city’s own Word file. Until then in the plain one.",
        "identity": "Your people sign in as everywhere at the city. Until then with password and second factor.",
        "played": "Whoever has opened a call on trial knows what comes when it counts.",
    },
}

VERBS: dict[str, str] = {
    "letterheads.describe": "Name and address of the city said",
    "letterheads.set_colours": "Colours of the city chosen",
    "letterheads.set_logo": "Logo of the city set",
    "municipalities.try_mail": "Test mail written",
    "people.welcome": "First link sent by whoever runs the site",
    "people.come_in": "Came in for the first time",
    "people.join": "Account made by invitation",
    "municipalities.ask_to_go_live": "Asked to go live",
    "municipalities.go_live": "City went live",
    "municipalities.drop_going_live": "City stays on trial",
    "municipalities.add_guest": "Somebody plays along in the trial",
    "municipalities.end_guest": "Somebody no longer plays along",
    "practice.make": "Practice vendor made",
    "practice.play": "A practice vendor is played",
    "practice_seats.seat": "Practice evaluator seated",
    "practice_seats.play": "A practice evaluator is played",
}
