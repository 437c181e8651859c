"""Addresses of coming in."""

from django.urls import path

from mix.web.entry import dates, following, invitations, mail, playing, sandbox, signing_up, views

urlpatterns = [
    path("me/", views.home_of_person, name="home-of-person"),
    path("me/account/", views.account, name="account"),
    path("me/dates/", dates.own_dates, name="own-dates"),
    path("me/follows/", following.follows, name="own-follows"),
    path("calendar/<str:token>.ics", dates.feed, name="public-calendar"),
    path("me/play/", playing.playing, name="playing"),
    path("me/sessions/", views.sessions, name="sessions"),
    path("mail/stop/<str:token>/", mail.stop, name="public-mail-stop"),
    path("demo/", views.demo_cards, name="demo-cards"),
    path("demo/outbox/", views.demo_outbox, name="demo-outbox"),
    path("demo/<slug:code>/", views.demo_sign_in, name="demo-sign-in"),
    path("sandbox/", sandbox.sandbox, name="demo-time"),
    path("account/signup/passkey/", signing_up.SignUpByPasskey.as_view(), name="sign-up-by-passkey"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
]
