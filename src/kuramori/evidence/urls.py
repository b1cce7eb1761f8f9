"""The pages of the room `evidence`."""

from django.urls import URLPattern, path

from kuramori.evidence import views

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("check/", views.check, name="check"),
    path("entries/<uuid:pk>/", views.entry, name="entry"),
    path("bundles/", views.bundles, name="bundles"),
    path("bundles/person/", views.person_bundle, name="person-bundle"),
    path("bundles/<uuid:pk>/", views.bundle, name="bundle"),
    path("bundles/<uuid:pk>/download/", views.bundle_download, name="bundle-download"),
]
