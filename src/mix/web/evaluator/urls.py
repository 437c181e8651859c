"""Addresses of evaluators."""

from django.urls import path

from mix.web.evaluator import consensus, documents, progress, scoring, seats

urlpatterns = [
    path("evaluation/", seats.home, name="evaluator-home"),
    path("evaluation/<slug:code>/<slug:key>/", progress.evaluation, name="evaluator-evaluation"),
    path("evaluation/<slug:code>/<slug:key>/declare/", progress.declare, name="evaluator-declare"),
    path("evaluation/<slug:code>/<slug:key>/consensus/", consensus.consensus, name="evaluator-consensus"),
    path("evaluation/<slug:code>/<slug:key>/across/<str:criterion>/", scoring.across, name="evaluator-across"),
    path("evaluation/<slug:code>/<slug:key>/score/<str:label>/", scoring.score, name="evaluator-score"),
    path(
        "evaluation/<slug:code>/<slug:key>/score/<str:label>/<str:file>/",
        documents.opened_file,
        name="evaluator-file",
    ),
    path(
        "evaluation/<slug:code>/<slug:key>/score/<str:label>/<str:file>/<int:page>.png",
        documents.page_picture,
        name="evaluator-page",
    ),
]
