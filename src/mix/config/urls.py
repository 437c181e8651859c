"""Every address. The language stands first: /en/ and /fr/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from mix.web.entry.signing_up import ConfirmEmail
from mix.web.entry.tokens import callback
from mix.web.public import finding
from mix.web.public.health import healthz

handler429 = "mix.web.frame.crowds.too_many"  # read by allauth

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path(
        ".well-known/change-password",  # where password managers look (W3C: A Well-Known URL for Changing Passwords)
        RedirectView.as_view(pattern_name="account_change_password"),
        name="change-password",
    ),
    path("", RedirectView.as_view(pattern_name="public-home"), name="root"),
    path("robots.txt", finding.robots, name="robots"),
    path("sitemap.xml", finding.sitemap, name="sitemap"),
    path(".well-known/security.txt", finding.security, name="security-contact"),
    path("favicon.ico", finding.icon, name="icon"),
    *i18n_patterns(
        path("", include("mix.web.public.urls")),
        path("", include("mix.web.entry.urls")),
        path("", include("mix.web.suppliers.urls")),
        path("", include("mix.web.staff.urls")),
        path("", include("mix.web.evaluator.urls")),
        path("", include("mix.web.oversight.urls")),
        path("account/sessions/", RedirectView.as_view(pattern_name="sessions")),  # allauth's list has no page here
        path("account/oidc/<str:provider_id>/login/callback/", callback),  # before allauth's own, which checks less
        path("account/confirm-email/<str:key>/", ConfirmEmail.as_view()),  # before allauth's own, which lets nobody in
        path("account/", include("allauth.urls")),
    ),
]
