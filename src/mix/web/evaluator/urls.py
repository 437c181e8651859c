"""Addresses of evaluators."""

from django.urls import path

from mix.web.evaluator import views

urlpatterns = [
    path("evaluation/", views.home, name="evaluator-home"),
    path("evaluation/<slug:code>/<slug:key>/", views.evaluation, name="evaluator-evaluation"),
    path("evaluation/<slug:code>/<slug:key>/declare/", views.declare, name="evaluator-declare"),
    path("evaluation/<slug:code>/<slug:key>/consensus/", views.consensus, name="evaluator-consensus"),
    path("evaluation/<slug:code>/<slug:key>/across/<str:criterion>/", views.across, name="evaluator-across"),
    path("evaluation/<slug:code>/<slug:key>/score/<str:label>/", views.score, name="evaluator-score"),
    path("evaluation/<slug:code>/<slug:key>/score/<str:label>/<str:file>/", views.opened_file, name="evaluator-file"),
]
