"""The pages of the room `evidence`."""

from django.urls import URLPattern, path

from kuramori.evidence.registers import holds, separations
from kuramori.evidence.views import bundles, ledger
from kuramori.evidence.views import holds as hold_pages

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("", ledger.home, name="home"),
    path("check/", ledger.check, name="check"),
    path("entries/<uuid:pk>/", ledger.entry, name="entry"),
    path("bundles/", bundles.bundles, name="bundles"),
    path("bundles/person/", bundles.person_bundle, name="person-bundle"),
    path("bundles/<uuid:pk>/", bundles.bundle, name="bundle"),
    path("bundles/<uuid:pk>/download/", bundles.bundle_download, name="bundle-download"),
    path("separations/term/", hold_pages.keeping_term, name="keeping-term"),
    *holds.urls(),
    *separations.urls(),
]
