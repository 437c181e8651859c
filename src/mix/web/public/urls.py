"""Addresses for everybody."""

from django.urls import path

from mix.web.public import (
    calls,
    challenges,
    disclosures,
    engagements,
    figures,
    finding,
    logs,
    looks,
    pilots,
    record,
    views,
)

urlpatterns = [
    path("", views.home, name="public-home"),
    path("challenges/", challenges.challenges, name="public-challenges"),
    path("challenges/<slug:code>/", challenges.challenge, name="public-challenge"),
    path("challenges/<slug:code>/events/<slug:key>/", engagements.engagement, name="public-engagement"),
    path("challenges/<slug:code>/disclosures/<slug:key>/", disclosures.disclosure, name="public-disclosure"),
    path("calls/<str:reference>/", calls.notice, name="public-notice"),
    path("calls.atom", finding.feed, name="public-feed"),
    path("calls.ics", finding.calendar, name="public-closings"),
    path("log/key/", logs.key, name="public-key"),
    path("log/<str:chain>/checkpoint/", logs.checkpoint, name="public-checkpoint"),
    path("documents/<str:code>/", calls.document, name="public-document"),
    path("pilots/", pilots.pilots, name="public-pilots"),
    path("pilots/<str:code>/", pilots.pilot, name="public-pilot"),
    path("outcomes/", record.outcomes, name="public-outcomes"),
    path("outcomes.csv", figures.outcomes, name="public-outcomes-table"),
    path("how/", record.how, name="public-how"),
    path("measures/", record.measures, name="public-measures"),
    path("measures.csv", figures.measures, name="public-measures-table"),
    path("log/", logs.log, name="public-log"),
    path("cities/<slug:city>/logo/", looks.logo, name="public-logo"),
    path("cities/<slug:city>/colours.css", looks.colours, name="public-colours"),
    path("about/", views.about, name="public-about"),
    path("contact/", views.contact, name="public-contact"),
    path("for-vendors/", views.for_vendors, name="public-for-vendors"),
    path("for-cities/", views.for_cities, name="public-for-cities"),
    path("accessibility/", views.accessibility, name="public-accessibility"),
    path("privacy/", views.privacy, name="public-privacy"),
]
