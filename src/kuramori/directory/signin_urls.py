"""Sign-in pages: allauth's own, but without those by which people open accounts or change addresses themselves."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from kuramori.directory.demo_signin import demo
from kuramori.directory.views.signin import ask_administrator, closed_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/signup/", closed_page),
    path("account/email/", closed_page),
    path("account/confirm-email/", closed_page),
    path("account/password/reset/", ask_administrator),
    path("account/", include("allauth.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", demo, name="demo"))
