"""Every address of ours, by who may open it. The architecture test fails when one is missing.

A class is the set of cast members who get a page (200 or, where said, a redirect); everybody else gets 403 or 404, and
the public is sent to sign in.
"""

PUBLIC = "public"  # everybody
SIGNED_IN = "signed in"  # every account
STAFF = "staff"  # everybody who works for a city
KEYS = "keys"  # who works on the call, or holds a share of its key; envelopes: procurement alone
OWN = "own"  # the vendor's own members only
CITY = "city"  # who may read the challenge in its cities
SEAT = "seat"  # who has a seat on the panel
OVERSIGHT = "oversight"  # who may read the case file
SETTINGS = "settings"  # administrators and procurement managers
DEMO = "demo"  # a demonstration, nowhere else
POST = "post"  # acts only

ADDRESSES: dict[str, str] = {
    "healthz": PUBLIC,
    "public-home": PUBLIC,
    "public-challenges": PUBLIC,
    "public-challenge": PUBLIC,
    "public-engagement": PUBLIC,
    "public-notice": PUBLIC,
    "public-document": PUBLIC,
    "public-outcomes": PUBLIC,
    "public-pilots": PUBLIC,
    "public-pilot": PUBLIC,
    "public-how": PUBLIC,
    "public-measures": PUBLIC,
    "public-log": PUBLIC,
    "public-checkpoint": PUBLIC,
    "public-key": PUBLIC,
    "public-accessibility": PUBLIC,
    "public-privacy": PUBLIC,
    "home-of-person": SIGNED_IN,
    "account": SIGNED_IN,
    "demo-cards": DEMO,
    "demo-outbox": DEMO,
    "demo-sign-in": POST,
    "invitation": SIGNED_IN,
    "vendor-home": SIGNED_IN,
    "vendor-register": SIGNED_IN,
    "vendor-call": SIGNED_IN,
    "vendor-preview": PUBLIC,
    "vendor-team": OWN,
    "vendor-submission": OWN,
    "vendor-files": OWN,
    "vendor-upload": OWN,
    "vendor-upload-part": OWN,
    "vendor-upload-finish": OWN,
    "vendor-price": OWN,
    "vendor-check": OWN,
    "vendor-export": OWN,
    "vendor-copy": OWN,
    "vendor-receipt": OWN,
    "vendor-receipt-json": OWN,
    "vendor-receipt-pdf": OWN,
    "vendor-sprint": OWN,
    "vendor-agreement": OWN,
    "vendor-letter": OWN,
    "vendor-card": OWN,
    "city-desk": STAFF,
    "city-needs": STAFF,
    "city-need-new": STAFF,
    "city-need": STAFF,
    "city-challenges": STAFF,
    "city-challenge-new": CITY,
    "city-challenge": CITY,
    "city-log": CITY,
    "city-manage": CITY,
    "city-agreement": CITY,
    "city-file": CITY,
    "city-step": CITY,
    "city-versions": CITY,
    "city-take-over": STAFF,
    "city-custody": KEYS,
    "city-opening": KEYS,
    "city-envelopes": KEYS,
    "city-recovery": SETTINGS,
    "city-settings": SETTINGS,
    "city-staff": SETTINGS,
    "city-authority": SETTINGS,
    "city-bylaw": SETTINGS,
    "city-rules": SETTINGS,
    "city-policy": CITY,
    "city-advice": STAFF,
    "city-pilots": STAFF,
    "city-pilot-new": STAFF,
    "city-pilot": STAFF,
    "evaluator-home": STAFF,
    "evaluator-evaluation": SEAT,
    "evaluator-declare": SEAT,
    "evaluator-consensus": SEAT,
    "evaluator-across": SEAT,
    "evaluator-score": SEAT,
    "evaluator-file": SEAT,
    "oversight-home": OVERSIGHT,
    "oversight-case": OVERSIGHT,
    "oversight-log": OVERSIGHT,
    "oversight-bundle": OVERSIGHT,
    "oversight-evaluation": OVERSIGHT,
}
