"""Addresses for everybody."""

from django.urls import path

from mix.web.public import disclosures, pilots, views

urlpatterns = [
    path("", views.home, name="public-home"),
    path("challenges/", views.challenges, name="public-challenges"),
    path("challenges/<slug:code>/", views.challenge, name="public-challenge"),
    path("challenges/<slug:code>/events/<slug:key>/", views.engagement, name="public-engagement"),
    path("challenges/<slug:code>/disclosures/<slug:key>/", disclosures.disclosure, name="public-disclosure"),
    path("calls/<str:reference>/", views.notice, name="public-notice"),
    path("log/key/", views.key, name="public-key"),
    path("log/<str:chain>/checkpoint/", views.checkpoint, name="public-checkpoint"),
    path("documents/<str:code>/", views.document, name="public-document"),
    path("pilots/", pilots.pilots, name="public-pilots"),
    path("pilots/<str:code>/", pilots.pilot, name="public-pilot"),
    path("outcomes/", views.outcomes, name="public-outcomes"),
    path("how/", views.how, name="public-how"),
    path("measures/", views.measures, name="public-measures"),
    path("log/", views.log, name="public-log"),
    path("accessibility/", views.accessibility, name="public-accessibility"),
    path("privacy/", views.privacy, name="public-privacy"),
]
