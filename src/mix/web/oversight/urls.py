"""Addresses of oversight."""

from django.urls import path

from mix.web.oversight import views

urlpatterns = [
    path("oversight/", views.home, name="oversight-home"),
    path("oversight/<slug:code>/", views.case_file, name="oversight-case"),
    path("oversight/<slug:code>/<slug:key>/evaluation.json", views.evaluation_export, name="oversight-evaluation"),
    path("oversight/<slug:code>/bundle/", views.bundle, name="oversight-bundle"),
    path("oversight/<slug:code>/log/", views.log_export, name="oversight-log"),
]
